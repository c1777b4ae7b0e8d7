"""Promises: entered from a reply, confirmed by somebody else, listed and followed."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.commitments import ChangeForm, CommitmentFilterForm, CommitmentForm, RefuseForm
from outreach.models import Commitment, Reply
from outreach.services.commitments import commitments
from outreach.services.replies.quoting import split_quoted
from taushet.exceptions import TaushetError
from taushet.services.files import DOCUMENTS, IMAGES, serve_file, store_file
from taushet.views.acting import attempt

PER_PAGE = 50


@permission_required("outreach.view_commitment", raise_exception=True)
@require_safe
def commitment_list(request):
    form = CommitmentFilterForm(request.GET)
    rows = form.narrow(Commitment.objects.filter(refused_at=None), timezone.localdate()).with_what_it_is_about()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    template = "outreach/commitment_list.html#commitments" if request.htmx else "outreach/commitment_list.html"
    return render(request, template, {"form": form, "page": page})


@permission_required("outreach.add_commitment", raise_exception=True)
def commitment_create(request, pk):
    reply = get_object_or_404(Reply, pk=pk)
    if not reply.links.exists():
        messages.error(request, _("Choose first which letter the reply answers; a promise belongs to its demand."))
        return redirect(reply)
    form = CommitmentForm(request.POST or None, reply=reply)
    if form.is_valid():
        try:
            commitment = commitments.enter_commitment(reply, **form.cleaned_data, by=request.user)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The promise is put in. Somebody else has to confirm it."))
            return redirect(commitment)
    own, _quoted = split_quoted(reply.text)
    return render(request, "outreach/commitment_form.html", {"form": form, "reply": reply, "own": own})


@permission_required("outreach.view_commitment", raise_exception=True)
@require_safe
def commitment_detail(request, pk):
    rows = Commitment.objects.with_what_it_is_about().select_related("entered_by", "confirmed_by", "refused_by")
    commitment = get_object_or_404(rows, pk=pk)
    context = {
        "commitment": commitment,
        "changes": commitment.changes.select_related("changed_by", "evidence_file").defer("evidence_file__content"),
        "may_confirm": commitment.can_be_confirmed_by(request.user),
        "refuse_form": RefuseForm(),
    }
    return render(request, "outreach/commitment_detail.html", context)


@permission_required("outreach.confirm_commitment", raise_exception=True)
@require_POST
def commitment_confirm(request, pk):
    commitment = get_object_or_404(Commitment, pk=pk)
    if commitment.entered_by_id == request.user.pk:
        raise PermissionDenied
    done = _("The promise is confirmed, and everybody may read it.")
    attempt(request, lambda: commitments.confirm_commitment(commitment, by=request.user), done)
    return redirect(commitment)


@permission_required("outreach.confirm_commitment", raise_exception=True)
@require_POST
def commitment_refuse(request, pk):
    commitment = get_object_or_404(Commitment, pk=pk)
    form = RefuseForm(request.POST)
    if commitment.entered_by_id == request.user.pk:
        raise PermissionDenied
    try:
        if form.is_valid():
            commitments.refuse_commitment(commitment, **form.cleaned_data, by=request.user)
            messages.success(request, _("The promise is refused."))
        else:
            messages.error(request, _("Write why it is not a promise."))
    except OutreachError as error:
        messages.error(request, str(error))
    return redirect(commitment)


@permission_required("outreach.change_commitment", raise_exception=True)
def commitment_update(request, pk):
    commitment = get_object_or_404(Commitment.objects.standing().with_what_it_is_about(), pk=pk)
    form = ChangeForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        values = dict(form.cleaned_data)
        upload = values.pop("file")
        try:
            with transaction.atomic():
                if upload:
                    content = upload.read()
                    kept = store_file(upload.name, content, allowed=DOCUMENTS | IMAGES, by=request.user)
                    values["evidence_file"] = kept
                commitments.change_commitment(commitment, **values, by=request.user)
        except TaushetError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is put down."))
            return redirect(commitment)
    return render(request, "outreach/commitment_update.html", {"form": form, "commitment": commitment})


@permission_required("outreach.view_commitment", raise_exception=True)
@require_safe
def commitment_evidence(request, pk, change_id):
    commitment = get_object_or_404(Commitment, pk=pk)
    change = commitment.changes.select_related("evidence_file").filter(pk=change_id).first()
    if change is None or change.evidence_file is None:
        raise Http404
    return serve_file(change.evidence_file)
