"""Promises: entered from a reply, confirmed by somebody else, and listed."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.commitment_changes import HandOnForm, WhyForm
from outreach.forms.commitments import CommitmentFilterForm, CommitmentForm, RefuseForm
from outreach.models import Commitment, Reply
from outreach.services.commitments import commitments
from outreach.services.commitments.succession import successors_of
from outreach.services.replies.quoting import split_quoted
from taushet.views.acting import attempt

PER_PAGE = 50


@permission_required("outreach.view_commitment", raise_exception=True)
@require_safe
def commitment_list(request):
    form = CommitmentFilterForm(request.GET)
    known = Commitment.objects.filter(refused_at=None).with_waiting_changes()
    rows = form.narrow(known, timezone.localdate()).with_what_it_is_about()
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    template = "outreach/commitment_list.html#commitments" if request.htmx else "outreach/commitment_list.html"
    return render(request, template, {"form": form, "page": page, "is_any": bool(page) or known.exists()})


@permission_required("outreach.add_commitment", raise_exception=True)
def commitment_create(request, pk):
    reply = get_object_or_404(Reply, pk=pk)
    if not reply.links.exists():
        messages.error(request, _("Choose first which letter the reply answers; a promise belongs to its demand."))
        return redirect(reply)
    mended = to_mend(request, reply)
    form = CommitmentForm(request.POST or None, reply=reply, instead_of=mended, initial=values_of(mended))
    if form.is_valid():
        try:
            commitment = commitments.enter_commitment(reply, **form.cleaned_data, instead_of=mended, by=request.user)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The promise is put in. Somebody else has to confirm it."))
            return redirect(commitment)
    own, _quoted = split_quoted(reply.text)
    context = {"form": form, "reply": reply, "own": own, "mended": mended}
    return render(request, "outreach/commitment_form.html", context)


def to_mend(request, reply):
    """What the same person has put in from this reply and wants to put in anew, as long as nobody has decided on it."""
    number = request.GET.get("instead_of", "")
    if not number.isdecimal():
        return None
    found = reply.commitments.waiting().filter(entered_by=request.user, pk=number[:18]).first()
    if found is None:
        raise Http404
    return found


def values_of(commitment):
    if commitment is None:
        return {}
    return {
        "quote": commitment.quote,
        "mandate": commitment.mandate_id,
        "demand": commitment.demand_id,
        "municipality": commitment.municipality_id,
        "due_on": commitment.due_on,
    }


@permission_required("outreach.view_commitment", raise_exception=True)
@require_safe
def commitment_detail(request, pk):
    people = ("entered_by", "confirmed_by", "refused_by", "mandate__politician", "mandate__body", "successor__body")
    rows = Commitment.objects.with_what_it_is_about().select_related(*people, "successor__politician")
    commitment = get_object_or_404(rows, pk=pk)
    told = commitment.changes.select_related("changed_by", "confirmed_by", "refused_by", "evidence_file")
    changes = list(told.defer("evidence_file__content"))
    has_left = not commitment.office.is_in_office(timezone.localdate())
    is_open = commitment.confirmed_at and not commitment.hidden_at and commitment.status in Commitment.OPEN
    context = {
        "commitment": commitment,
        "version": commitment.demand.versions.published().order_by("-number").first(),
        "changes": changes,
        "waiting": [(change, change.can_be_confirmed_by(request.user)) for change in changes if change.is_waiting],
        "may_confirm": commitment.can_be_confirmed_by(request.user),
        "may_take_back": commitment.can_be_taken_back_by(request.user),
        "refuse_form": RefuseForm(),
        "why_form": WhyForm(),
        "has_left": has_left,
        "hand_on_form": HandOnForm(successors=successors_of(commitment)) if is_open and has_left else None,
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


@permission_required("outreach.add_commitment", raise_exception=True)
@require_POST
def commitment_take_back(request, pk):
    commitment = get_object_or_404(Commitment, pk=pk)
    try:
        commitments.take_back_commitment(commitment, by=request.user)
    except OutreachError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You have taken it back."))
    return redirect(commitment)
