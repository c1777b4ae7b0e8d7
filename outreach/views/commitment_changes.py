"""How it goes with a promise: put down, confirmed by a colleague, taken back, handed on."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.exceptions import OutreachError, TooEarly
from outreach.forms.commitment_changes import ChangeForm, HandOnForm, WhyForm, WithdrawForm
from outreach.models import Commitment, CommitmentChange
from outreach.services.commitments import changes
from outreach.services.commitments.succession import hand_on, successors_of
from taushet.exceptions import TaushetError
from taushet.services.files import DOCUMENTS, IMAGES, serve_file, store_file

may_change = permission_required("outreach.change_commitment", raise_exception=True)
may_confirm = permission_required("outreach.confirm_commitment", raise_exception=True)


@may_change
def commitment_update(request, pk):
    """Put down how it stands; a judgement waits for a colleague."""
    commitment = get_object_or_404(Commitment.objects.standing().with_what_it_is_about(), pk=pk)
    asks_if_early = "is_early_meant" in request.POST
    form = ChangeForm(request.POST or None, request.FILES or None, asks_if_early=asks_if_early)
    if form.is_valid():
        values = dict(form.cleaned_data)
        upload = values.pop("file")
        try:
            with transaction.atomic():
                if upload:
                    kept = store_file(upload.name, upload.read(), allowed=DOCUMENTS | IMAGES, by=request.user)
                    values["evidence_file"] = kept
                change = changes.change_commitment(commitment, **values, by=request.user)
        except TooEarly:
            form = ChangeForm(request.POST, request.FILES, asks_if_early=True)
            form.add_error(
                "is_early_meant", _("The day of the promise is not over. Tick this if it is certain already.")
            )
        except TaushetError as error:
            form.add_error(None, str(error))
        else:
            done = _("It is put down, and everybody can read it.")
            waits = _("It is put down. It counts, and becomes public, when a colleague has confirmed it.")
            messages.success(request, waits if change.needs_second else done)
            return redirect(commitment)
    return render(request, "outreach/commitment_update.html", {"form": form, "commitment": commitment})


@may_confirm
@require_http_methods(["GET", "HEAD", "POST"])
def commitment_withdraw(request, pk):
    """Ask first, then take a promise off the public pages."""
    commitment = get_object_or_404(Commitment.objects.standing(), pk=pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            changes.withdraw_commitment(commitment, **form.cleaned_data, by=request.user)
        except OutreachError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Nobody but staff can read it now. A colleague has to agree that it stays so."))
        return redirect(commitment)
    words = {
        "title": _("Take the promise off the public pages?"),
        "text": _(
            "It disappears from the public pages and the open data at once. When a colleague agrees, that is for good;"
            " else it comes back. Staff still see it with its history."
        ),
        "button": _("Take it off"),
        "color": "danger",
    }
    return render(request, "confirm.html", {"form": form, "back": commitment.get_absolute_url()} | words)


@may_confirm
@require_POST
def commitment_change_confirm(request, pk, change_id):
    change = get_object_or_404(CommitmentChange, pk=change_id, commitment=pk)
    return decide(request, change, lambda: changes.confirm_change(change, by=request.user), _("It is confirmed."))


@may_confirm
@require_POST
def commitment_change_refuse(request, pk, change_id):
    change = get_object_or_404(CommitmentChange, pk=change_id, commitment=pk)
    form = WhyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write why not."))
        return redirect(change.commitment)
    return decide(
        request,
        change,
        lambda: changes.refuse_change(change, **form.cleaned_data, by=request.user),
        _("It stays as it was."),
    )


@may_change
@require_POST
def commitment_hand_on(request, pk):
    commitment = get_object_or_404(Commitment.objects.standing().select_related("mandate__body"), pk=pk)
    form = HandOnForm(request.POST, successors=successors_of(commitment))
    if not form.is_valid():
        messages.error(request, _("Choose who answers for it now."))
        return redirect(commitment)
    try:
        hand_on(commitment, **form.cleaned_data, by=request.user)
    except OutreachError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Questions about the promise go to this office from now on."))
    return redirect(commitment)


@permission_required("outreach.view_commitment", raise_exception=True)
@require_safe
def commitment_evidence(request, pk, change_id):
    commitment = get_object_or_404(Commitment, pk=pk)
    change = commitment.changes.select_related("evidence_file").filter(pk=change_id).first()
    if change is None or change.evidence_file is None:
        raise Http404
    return serve_file(change.evidence_file)


def decide(request, change, action, done):
    try:
        action()
    except OutreachError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(change.commitment)
