"""The same letter to a corrected address: put in by one, approved by another."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from outreach.forms.shared_addresses import SharedAddressForm
from outreach.models import Letter, Redelivery
from outreach.services.mailings.letter_links import own_links
from outreach.services.offices.shared_addresses import others_at
from outreach.services.sending.redelivering import (
    approve_redelivery,
    correctors_of,
    new_address,
    propose_redelivery,
    withdraw_redelivery,
)
from taushet.views.acting import attempt


@permission_required("outreach.view_letter", raise_exception=True)
@require_http_methods(["GET", "HEAD"])
def letter_redeliver(request, mailing_pk, pk):
    """Show the addresses that were tried, the one of the office now, and what can be done."""
    letters = Letter.objects.select_related("mailing", "mandate__body", "mandate__politician", "message")
    return show(request, get_object_or_404(letters, mailing=mailing_pk, pk=pk))


def show(request, letter, shared=None):
    tries = letter.redeliveries.select_related("proposed_by", "approved_by", "message").order_by("pk")
    waiting = next((one for one in tries if one.approved_at is None and one.withdrawn_at is None), None)
    address = waiting.to_email if waiting else new_address(letter)
    others = others_at(address, letter.mandate) if letter.mandate else []
    context = {
        "letter": letter,
        "shared": shared or SharedAddressForm(others=others),
        "tries": tries,
        "links": own_links(letter.mailing),
        "waiting": waiting,
        "new_address": new_address(letter) if letter.status == Letter.Status.FAILED else "",
        "may_approve": waiting is not None
        and request.user.pk not in {waiting.proposed_by_id, *correctors_of(letter.mandate)}
        and request.user.has_perm("outreach.approve_mailing"),
    }
    return render(request, "outreach/letter_redeliver.html", context)


@permission_required("outreach.change_mandate", raise_exception=True)
@require_POST
def letter_redeliver_propose(request, mailing_pk, pk):
    letter = get_object_or_404(Letter.objects.select_related("mandate"), mailing=mailing_pk, pk=pk)
    return act(
        request, letter, lambda: propose_redelivery(letter, by=request.user), _("A colleague can approve it now.")
    )


@permission_required("outreach.approve_mailing", raise_exception=True)
@require_POST
def letter_redeliver_approve(request, mailing_pk, pk):
    letter, waiting = waiting_of(mailing_pk, pk)
    done = _("Approved. The letter leaves in business hours.")
    form = SharedAddressForm(request.POST, others=others_at(waiting.to_email, letter.mandate))
    if not form.is_valid():
        return show(request, letter, shared=form)
    seen = form.cleaned_data["shared_with"]
    return act(request, letter, lambda: approve_redelivery(waiting, approver=request.user, shared_with=seen), done)


@permission_required("outreach.change_mandate", raise_exception=True)
@require_POST
def letter_redeliver_withdraw(request, mailing_pk, pk):
    letter, waiting = waiting_of(mailing_pk, pk)
    return act(request, letter, lambda: withdraw_redelivery(waiting, by=request.user), _("The address is taken back."))


def waiting_of(mailing_pk, pk):
    waiting = Redelivery.objects.select_related("letter__mailing", "letter__mandate__body", "letter__message").filter(
        approved_at=None, withdrawn_at=None
    )
    one = get_object_or_404(waiting, letter__mailing=mailing_pk, letter=pk)
    return one.letter, one


def act(request, letter, action, done):
    attempt(request, action, done)
    return redirect("outreach:letter_redeliver", mailing_pk=letter.mailing_id, pk=letter.pk)
