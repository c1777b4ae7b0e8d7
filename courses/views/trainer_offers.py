"""What a trainer is asked: one session on one page, with a yes and a no, on a phone and without scripts."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.staffing import SeenForm
from courses.models import Assignment, TrainerOffer
from courses.services.catalogue import session_texts
from courses.services.trainer_answers import (
    accept_trainer_offer,
    decline_trainer_offer,
    refuse_unanswerable,
    seen_of,
)
from courses.services.trainer_fits import against, calls_that_fit

from .trainers import for_trainers


@require_safe
@never_cache
@for_trainers
def trainer_offer(request, trainer, offer_id):
    offer, row = own_offer(trainer, offer_id)
    if row and row.state == Assignment.State.ACCEPTED:
        return redirect("courses:trainer_session", offer.session_id)
    session, closed = offer.session, ""
    try:
        refuse_unanswerable(offer, row)
    except CoursesError as error:
        closed = str(error)
    if not closed and is_unfit(trainer, offer, row):
        closed = _("This session does not fit you any more. If that changes while we ask, you find it here again.")
    meetings = session.meetings.order_by("starts_at", "pk")
    context = {
        "offer": offer,
        "session": session,
        "meetings": meetings,
        "closed": closed,
        "answer_by": offer.answer_by or (row.answer_by if row else None),
        "seen": SeenForm(initial={"seen": seen_of(meetings)}),
        "reasons": [] if closed else against(trainer, session, offer.kind),
        "fee": trainer.fee,
    }
    return render(request, "courses/trainer_offer.html", context | session_texts(session))


@require_POST
@never_cache
@for_trainers
def trainer_offer_accept(request, trainer, offer_id):
    offer, _row = own_offer(trainer, offer_id)
    form = SeenForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    try:
        accept_trainer_offer(offer, trainer=trainer, seen=seen)
    except CoursesError as error:
        messages.error(request, str(error))
        return redirect("courses:trainer_home")
    messages.success(request, _("Thank you! The session is yours, and it is in your calendar."))
    return redirect("courses:trainer_session", offer.session_id)


@require_POST
@never_cache
@for_trainers
def trainer_offer_decline(request, trainer, offer_id):
    offer, _row = own_offer(trainer, offer_id)
    try:
        decline_trainer_offer(offer, trainer=trainer)
    except CoursesError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you for the answer. You are not asked for this session again."))
    return redirect("courses:trainer_home")


def own_offer(trainer, offer_id):
    """Return an offer this trainer has been asked, with the own row, or a call that fits; everything else is a 404."""
    rows = Assignment.objects.exclude(state=Assignment.State.NEXT).exclude(asked_at=None, state=Assignment.State.UNFIT)
    row = rows.filter(offer=offer_id, trainer=trainer).first()
    offers = TrainerOffer.objects.select_related("session__course", "session__municipality", "session__closed_to")
    offer = offers.filter(pk=offer_id).first()
    if offer is None:
        raise Http404
    stands = row is None or row.state == Assignment.State.OFFERED
    if offer.is_call and offer.is_standing and stands and offer not in calls_that_fit(trainer):
        raise Http404
    if row is None and not offer.is_standing:
        raise Http404
    if row is None and not offer.is_call:
        raise Http404
    return offer, row


def is_unfit(trainer, offer, row):
    """Whether a call did not fit this trainer once, and does not now."""
    return bool(row) and row.state == Assignment.State.UNFIT and offer not in calls_that_fit(trainer)
