"""Dates offered in answer to a request, and what becomes of them.

An offer holds nobody's time: whoever accepts first gets the trainer, decided by the database (design rule 5), and the
other one is told. What is accepted becomes session, assignment and bookings at once, or nothing at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import OfferClosed, OfferGone, OfferRefused, RequestChanged, TrainerBusy, TrainerUnfit
from courses.models import Booking, CourseRequest, Format, PriceKind, RequestEvent, RequestOffer, Session, Trainer
from municipalities.models import Municipality, Unit
from taushet.models import User
from taushet.services import audit

from . import bookings, contacts, request_messages, sessions
from .assignments import assign_trainer
from .payers import other_payer, own_payer
from .request_fits import is_busy, warnings_about
from .requests import end_offers, lock_request, makers_of, note, refuse_closed, side_of, wait_for_us
from .session_meetings import MeetingPlan
from .trainer_fits import ask_for_reason

Kind, Side, State = RequestEvent.Kind, RequestEvent.Side, RequestOffer.State


@dataclass(frozen=True)
class OfferPlan:
    """One date that is offered, with its trainer, and why when something speaks against that one."""

    starts_at: datetime
    ends_at: datetime
    trainer: Trainer
    reason: str = ""


def check_offer(request: CourseRequest, plan: OfferPlan) -> None:
    """Raise OfferRefused when a date cannot be offered."""
    if plan.ends_at <= plan.starts_at:
        raise OfferRefused(_("The course must end after it starts."), field="ends")
    if plan.starts_at <= timezone.now():
        raise OfferRefused(_("This time has passed. Choose one that is still to come."), field="day")
    if not Trainer.objects.active().filter(pk=plan.trainer.pk, courses=request.course_id).exists():
        raise OfferRefused(
            _("%(name)s is not registered as a trainer for this course.") % {"name": plan.trainer}, field="trainer"
        )
    if is_busy(plan.trainer, plan.starts_at, plan.ends_at):
        raise OfferRefused(
            _("%(name)s teaches elsewhere then. Choose another trainer or another time.") % {"name": plan.trainer},
            field="trainer",
        )
    against = warnings_about(request, plan.trainer, plan.starts_at, plan.ends_at)
    if against and not plan.reason:
        raise OfferRefused(ask_for_reason(plan.trainer, against), field="reason")


@transaction.atomic
def offer_dates(
    request: CourseRequest,
    *,
    by: User,
    plans: Sequence[OfferPlan],
    answer_by: datetime,
    seen: int | None = None,
    word: str = "",
    **fields,
) -> list[RequestOffer]:
    """Offer one or several dates, to be answered before a deadline; earlier offers that stand stay.

    `seen` is the last event its maker knew of. `fields` are those every date shares: format, place, address,
    join_url, seats, seat_price. Raises RequestChanged when somebody else was quicker, WrongState when the request is
    closed, and OfferRefused.
    """
    request = lock_request(request)
    refuse_closed(request)
    _refuse_unseen(request, seen)
    if not plans:
        raise OfferRefused(_("Give at least one date."))
    if len({(plan.starts_at, plan.trainer.pk) for plan in plans}) < len(plans):
        raise OfferRefused(_("The same date is there twice."))
    if fields["seats"] < request.people:
        raise OfferRefused(
            _("%(people)d people are to take part, so there cannot be fewer seats.") % {"people": request.people},
            field="seats",
        )
    if answer_by <= timezone.now():
        raise OfferRefused(_("This day has passed. Choose one that is still to come."), field="answer_on")
    if answer_by > min(plan.starts_at for plan in plans):
        raise OfferRefused(_("The answer has to come before the first of the dates."), field="answer_on")
    for plan in plans:
        check_offer(request, plan)
    offers = [
        RequestOffer.objects.create(
            request=request,
            made_by=by,
            answer_by=answer_by,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            trainer=plan.trainer,
            override_reason=plan.reason,
            **fields,
        )
        for plan in plans
    ]
    request.state, request.waiting_since = CourseRequest.State.OFFERED, None
    request.save(update_fields=["state", "waiting_since"])
    for number, offer in enumerate(offers):
        note(request, Kind.OFFERED, Side.STAFF, by=by, offer=offer, word="" if number else word)
    request_messages.tell_offered(request, offers)
    audit.record("request.offered", request, by=by, offers=[offer.pk for offer in offers])
    return offers


def _refuse_unseen(request: CourseRequest, seen: int | None) -> None:
    last = request.events.select_related("by").last()
    if seen is not None and last and last.pk != seen:
        who = last.by if last.by else last.get_side_display()
        raise RequestChanged(
            _("%(who)s was quicker: “%(what)s”. Look at the request as it is now before you offer anything.")
            % {"who": who, "what": last.get_kind_display()}
        )


def accept_offer(offer: RequestOffer, *, by: User | None = None) -> Session:
    """Accept one date for all municipalities of its request; `by` is the staff member who does so on their behalf.

    Makes the session, the assignment and the bookings in one transaction. Accepting the same offer twice gives the
    same session. Raises OfferClosed when it can no longer be answered, and OfferGone, which also closes the
    offer, when the trainer has been given to others in the meantime.
    """
    try:
        return _accept(offer, by)
    except (TrainerBusy, TrainerUnfit) as clash:
        _close_gone(offer)
        raise OfferGone(
            _(
                "This date can no longer be had: the trainer has just been given to others. Nothing has been booked."
                " Choose another date, or wait until we have found new ones."
            )
        ) from clash


@transaction.atomic
def _accept(offer: RequestOffer, by: User | None) -> Session:
    request = lock_request(offer.request)
    offer = RequestOffer.objects.select_related("trainer__user", "made_by").get(pk=offer.pk)
    if offer.state == State.ACCEPTED:
        return request.session
    refuse_unanswerable(offer)
    refuse_closed(request)
    told = [user for user in makers_of(request) if user != by]
    session = _make_session(request, offer, by or offer.made_by)
    offer.state, offer.answered_at = State.ACCEPTED, timezone.now()
    offer.save(update_fields=["state", "answered_at"])
    end_offers(request)
    request.state, request.session, request.ended_at = CourseRequest.State.ACCEPTED, session, timezone.now()
    request.save(update_fields=["state", "session", "ended_at"])
    note(request, Kind.ACCEPTED, side_of(by), by=by, offer=offer)
    for user in told:
        request_messages.tell_staff(request, user, Kind.ACCEPTED)
    audit.record("request.accepted", request, by=by, kind="" if by else "booker", offer=offer.pk, session=session.pk)
    return session


def refuse_unanswerable(offer: RequestOffer) -> None:
    """Raise OfferClosed, with a sentence that says why an offer can no longer be answered."""
    if offer.state == State.OFFERED and offer.answer_by > timezone.now():
        return
    sentences = {
        State.OFFERED: _("The time to answer this offer is over. Ask for new dates if you still want the course."),
        State.LAPSED: _("The time to answer this offer is over. Ask for new dates if you still want the course."),
        State.ACCEPTED: _("This offer has been accepted. Cancel the session if it cannot be held."),
        State.TAKEN_BACK: _("We had to take this offer back."),
        State.PASSED_OVER: _("This offer has been answered already. Nothing was changed."),
        State.GONE: _("This date can no longer be had."),
    }
    raise OfferClosed(sentences[State(offer.state)])


def _make_session(request: CourseRequest, offer: RequestOffer, by: User) -> Session:
    """Make what an accepted offer promises, through the services every other session goes through."""
    parties = list(request.parties.select_related("municipality"))
    host, *neighbours = [party.municipality for party in parties]
    plan = MeetingPlan(
        offer.starts_at, offer.ends_at, place=offer.place, address=offer.address, join_url=offer.join_url
    )
    session = sessions.create_session(
        by=by,
        course=request.course,
        meetings=[plan],
        format=offer.format,
        municipality=None if offer.format == Format.ONLINE else host,
        closed_to=host,
        language=request.taught_in,
        capacity=offer.seats,
        price=offer.seat_price,
        price_kind=PriceKind.SEAT,
        is_demonstration=request.is_demonstration,
    )
    session.shared_with.set(neighbours)
    session = sessions.confirm_session(sessions.open_session(session, by=by), by=by)
    assign_trainer(session, trainer=offer.trainer, by=by, reason=offer.override_reason, even_so=True)
    for party in parties:
        booking = _book(session, request, party.municipality, party.seats, by)
        if party.is_host:
            contacts.know_contact(booking)
    session.refresh_from_db()
    return session


def _book(session: Session, request: CourseRequest, municipality: Municipality, seats: int, by: User) -> Booking:
    """Book for one of the municipalities. The contact answers for all, and can hand each over to a colleague there."""
    return bookings.book_for_municipality(
        session,
        by=by,
        request_key=f"request-{request.pk}-{municipality.pk}",
        municipality=municipality,
        seats=seats,
        payer=payer_of(request, municipality) if session.full_price else None,
        invoice_reference=request.invoice_reference,
        contact_name=request.contact_name,
        contact_email=request.contact_email,
        contact_phone=request.contact_phone,
        contact_role=request.contact_role,
        language=request.language,
    )


def payer_of(request: CourseRequest, municipality: Municipality) -> Unit:
    """Return who pays for the seats of one of the municipalities."""
    Payer = CourseRequest.Payer
    if request.payer_kind == Payer.EACH:
        return own_payer(municipality)
    if request.payer_kind == Payer.HOST:
        return own_payer(request.host)
    kind = Unit.Kind.COMPANY if request.payer_kind == Payer.COMPANY else Unit.Kind.FOUNDATION
    return other_payer(
        request.host, name=request.payer_name, organisation_number=request.payer_organisation_number, kind=kind
    )


@transaction.atomic
def _close_gone(offer: RequestOffer) -> None:
    _close(offer, State.GONE, Kind.GONE, Side.CLOCK)


@transaction.atomic
def take_back_offer(offer: RequestOffer, *, by: User, word: str = "") -> RequestOffer:
    """Take back an offer nobody has answered. Twice changes nothing. Raises OfferClosed when it was answered."""
    lock_request(offer.request)
    offer.refresh_from_db()
    if offer.state == State.TAKEN_BACK:
        return offer
    if offer.state != State.OFFERED:
        refuse_unanswerable(offer)
    offer = _close(offer, State.TAKEN_BACK, Kind.TAKEN_BACK, Side.STAFF, by=by, word=word)
    audit.record("request.taken_back", offer.request, by=by, offer=offer.pk)
    return offer


def lapse_offers(now: datetime | None = None) -> int:
    """Let the offers lapse that nobody answered in time; returns how many. Request by request, each alone."""
    lapsed = 0
    for pk in list(RequestOffer.objects.due(now).order_by("request", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            offer = RequestOffer.objects.select_related("request").get(pk=pk)
            lock_request(offer.request)
            if RequestOffer.objects.due(now).filter(pk=pk).exists():
                _close(offer, State.LAPSED, Kind.LAPSED, Side.CLOCK)
                audit.record("request.lapsed", offer.request, kind="clock", offer=pk)
                lapsed += 1
    return lapsed


def _close(offer: RequestOffer, state: str, kind: str, side: str, *, by: User | None = None, word="") -> RequestOffer:
    """End an offer that stands and tell the requester; without another one the next word is ours."""
    request = lock_request(offer.request)
    offer = RequestOffer.objects.select_related("request").get(pk=offer.pk)
    if offer.state != State.OFFERED:
        return offer
    offer.state, offer.answered_at = state, timezone.now()
    offer.save(update_fields=["state", "answered_at"])
    if not request.offers.standing().exists():
        wait_for_us(request)
    note(request, kind, side, by=by, offer=offer, word=word)
    request_messages.tell_offer_changed(request, offer)
    return offer
