from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from courses.exceptions import OfferClosed, OfferGone, OfferRefused, RequestChanged, WrongState
from courses.models import AssignedMeeting, Assignment, Booking, CourseRequest, Invitation, RequestOffer, Session
from courses.services.assignments import assign_trainer
from courses.services.request_offers import OfferPlan, accept_offer, lapse_offers, offer_dates, take_back_offer
from courses.services.requests import ask_again, withdraw_request
from municipalities.models import Unit
from taushet.models import AuditEntry, Message
from tests.factories.courses import (
    CourseRequestFactory,
    RequestOfferFactory,
    SessionFactory,
    TrainerFactory,
    at_nine,
)
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def trainer_of(course):
    trainer = TrainerFactory(teaches_nn=True)
    trainer.courses.add(course)
    return trainer


def in_days(days, hours=0):
    return at_nine(days) + timedelta(hours=hours)


def offer(asked, *, by=None, days=(40,), trainer=None, **changes):
    trainer = trainer or trainer_of(asked.course)
    values = {
        "plans": [OfferPlan(in_days(day), in_days(day, 3), trainer) for day in days],
        "answer_by": in_days(10),
        "format": "on_site",
        "place": "Rådhuset",
        "seats": 30,
        "seat_price": Decimal(0),
    }
    return offer_dates(asked, by=by or StaffFactory(), **values | changes)


def mails():
    return list(Message.objects.order_by("pk").values_list("kind", "to_email"))


def test_several_dates_are_offered_in_one_mail_and_stand_in_the_history():
    asked, staff = CourseRequestFactory(), StaffFactory()

    offers = offer(asked, by=staff, days=(40, 41), word="Vi kan begge dagene.")

    asked.refresh_from_db()
    assert (asked.state, asked.waiting_since) == ("offered", None)
    assert mails() == [("request-offered", asked.contact_email)]
    assert list(asked.events.values_list("kind", "side", "by", "offer", "word")) == [
        ("offered", "staff", staff.pk, offers[0].pk, "Vi kan begge dagene."),
        ("offered", "staff", staff.pk, offers[1].pk, ""),
    ]


def test_mail_with_dates_is_neutral():
    asked = CourseRequestFactory(course__title_nb="Når hjemmet er farlig", contact_name="Kari")

    offer(asked, place="Krisesenteret")

    mail = Message.objects.get()
    assert mail.subject == f"Datoer for forespørsel {asked.pk}"
    assert "hjemmet" not in mail.text
    assert "Krisesenteret" not in mail.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"seats": 11}, "seats"),
        ({"answer_by": timezone.now() - timedelta(days=1)}, "answer_on"),
        ({"answer_by": timezone.now() + timedelta(days=41)}, "answer_on"),
        ({"plans": []}, None),
        ({"days": (40, 40)}, None),
    ],
)
def test_offer_that_cannot_be_is_refused(changes, field):
    asked = CourseRequestFactory()
    with pytest.raises(OfferRefused) as refused:
        offer(asked, **changes)

    assert refused.value.field == field
    assert RequestOffer.objects.count() == 0


def test_date_that_ends_before_it_starts_or_has_passed_is_refused():
    asked = CourseRequestFactory()
    trainer = trainer_of(asked.course)

    with pytest.raises(OfferRefused) as refused:
        offer(asked, plans=[OfferPlan(in_days(40), in_days(39), trainer)])
    assert refused.value.field == "ends"


def test_trainer_who_may_not_teach_it_or_teaches_elsewhere_is_not_offered():
    asked = CourseRequestFactory()
    busy = trainer_of(asked.course)
    assign_trainer(SessionFactory(course=asked.course, first_starts_at=in_days(40, 1)), trainer=busy, by=StaffFactory())

    for trainer in (TrainerFactory(), busy):
        with pytest.raises(OfferRefused) as refused:
            offer(asked, trainer=trainer)
        assert refused.value.field == "trainer"


def test_second_of_two_staff_who_offer_is_told_who_was_quicker():
    asked = CourseRequestFactory()
    seen = asked.events.create(kind="confirmed", side="requester").pk
    offer(asked, by=StaffFactory(name="Anne Aas"), seen=seen)

    with pytest.raises(RequestChanged, match="Anne Aas was quicker: “Offered a date”"):
        offer(asked, seen=seen)

    assert asked.offers.count() == 1


@pytest.mark.parametrize("state", ["declined", "withdrawn", "unproved"])
def test_closed_request_is_offered_nothing(state):
    with pytest.raises(WrongState):
        offer(CourseRequestFactory(state=state))


def test_accepted_offer_becomes_session_assignment_and_bookings_for_each_municipality():
    host, neighbour = MunicipalityFactory(name="Bodø"), MunicipalityFactory(name="Meløy")
    asked = CourseRequestFactory(places=[host, neighbour], language="nn", taught_in="nn", invoice_reference="R-1")
    chosen, other = offer(asked, days=(40, 47), seat_price=Decimal(450), address="Kirkegata 1")

    session = accept_offer(chosen)

    asked.refresh_from_db(), other.refresh_from_db()
    assert (asked.state, asked.session, other.state) == ("accepted", session, "passed_over")
    assert (session.state, session.closed_to, list(session.shared_with.all())) == ("confirmed", host, [neighbour])
    assert (session.municipality, session.language, session.capacity, session.seats_taken) == (host, "nn", 30, 24)
    assert session.seat_price == Decimal(450)
    meeting = session.meetings.get()
    assert (meeting.starts_at, meeting.ends_at, meeting.place, meeting.address) == (
        chosen.starts_at,
        chosen.ends_at,
        "Rådhuset",
        "Kirkegata 1",
    )
    assert list(Assignment.objects.values_list("session", "trainer", "state")) == [
        (session.pk, chosen.trainer_id, "accepted")
    ]
    rows = Booking.objects.order_by("pk").values_list("municipality__name", "seats", "state", "language", "payer__kind")
    assert list(rows) == [
        ("Bodø", 12, "confirmed", "nn", "municipality"),
        ("Meløy", 12, "confirmed", "nn", "municipality"),
    ]
    assert [booking.payer.municipality for booking in Booking.objects.order_by("pk")] == [host, neighbour]
    assert list(session.bookings.values_list("invoice_reference", flat=True)) == ["R-1", "R-1"]
    assert asked.events.last().kind == "accepted"
    assert AuditEntry.objects.filter(action="request.accepted", detail__session=session.pk).count() == 1


def test_accepting_sends_confirmations_one_calendar_entry_and_tells_trainer_and_staff():
    [chosen] = offer(CourseRequestFactory(places=[MunicipalityFactory(), MunicipalityFactory()]))
    before = Message.objects.count()

    accept_offer(chosen)

    contact = chosen.request.contact_email
    assert mails()[before:] == [
        ("trainer", chosen.trainer.user.email),
        ("booking-confirmed", contact),
        ("booking-confirmed", contact),
        ("request-staff", chosen.made_by.email),
    ]
    assert Invitation.objects.filter(email=contact, cancelled_at=None).count() == 1


def test_offer_answered_twice_changes_nothing_the_second_time():
    chosen, other = offer(CourseRequestFactory(), days=(40, 47))
    session = accept_offer(chosen)
    written = Message.objects.count()

    again = accept_offer(chosen)
    with pytest.raises(OfferClosed, match="answered already"):
        accept_offer(other)
    with pytest.raises(WrongState):
        ask_again(chosen.request, word="Likevel ikke")

    assert again == session
    assert (Session.objects.count(), Booking.objects.count(), Message.objects.count()) == (1, 1, written)
    assert chosen.request.events.filter(kind="accepted").count() == 1


def test_staff_accepts_on_behalf_of_the_municipality():
    chosen, staff = RequestOfferFactory(), StaffFactory()

    accept_offer(chosen, by=staff)

    event = chosen.request.events.get()
    assert (event.kind, event.side, event.by) == ("accepted", "staff", staff)
    assert Message.objects.filter(kind="request-staff").get().to_email == chosen.made_by.email


def test_trainer_given_to_others_closes_the_offer_and_books_nothing():
    chosen = RequestOfferFactory()
    rival = SessionFactory(course=chosen.request.course, first_starts_at=chosen.starts_at)
    assign_trainer(rival, trainer=chosen.trainer, by=StaffFactory())

    with pytest.raises(OfferGone, match="the trainer has just been given to others"):
        accept_offer(chosen)
    with pytest.raises(OfferClosed, match="can no longer be had"):
        accept_offer(chosen)

    chosen.refresh_from_db()
    asked = CourseRequest.objects.get()
    assert (chosen.state, asked.state, asked.session) == ("gone", "waiting", None)
    assert list(Session.objects.all()) == [rival]
    assert Booking.objects.count() == 0
    assert asked.events.get().kind == "gone"
    assert mails()[-1] == ("request-offer-changed", asked.contact_email)


def test_other_dates_stand_when_one_is_gone():
    chosen, other = offer(CourseRequestFactory(), days=(40, 47))
    rival = SessionFactory(course=chosen.request.course, first_starts_at=chosen.starts_at)
    assign_trainer(rival, trainer=chosen.trainer, by=StaffFactory())

    with pytest.raises(OfferGone):
        accept_offer(chosen)

    assert accept_offer(other).first_starts_at == other.starts_at


@pytest.mark.parametrize("state", ["passed_over", "taken_back", "lapsed", "gone"])
def test_closed_offer_is_not_accepted(state):
    chosen = RequestOfferFactory(state=state)

    with pytest.raises(OfferClosed):
        accept_offer(chosen)

    assert Session.objects.count() == 0


def test_offer_is_not_accepted_after_its_deadline_even_before_the_clock_comes():
    chosen = RequestOfferFactory(answer_by=timezone.now() - timedelta(seconds=1))

    with pytest.raises(OfferClosed, match="time to answer"):
        accept_offer(chosen)


def test_offers_lapse_by_the_clock_once_and_the_next_word_is_ours():
    late, later = offer(CourseRequestFactory(), days=(40, 47))
    RequestOffer.objects.filter(pk=later.pk).update(answer_by=in_days(20))

    assert lapse_offers(in_days(11)) == 1
    late.request.refresh_from_db()
    assert late.request.state == "offered"
    assert lapse_offers(in_days(21)) == 1
    assert lapse_offers(in_days(21)) == 0

    late.request.refresh_from_db()
    assert late.request.state == "waiting"
    assert list(late.request.offers.values_list("state", flat=True)) == ["lapsed", "lapsed"]
    assert [kind for kind, _email in mails()] == ["request-offered", "request-offer-changed", "request-offer-changed"]


def test_offer_is_taken_back_once():
    chosen, staff = RequestOfferFactory(), StaffFactory()

    for _turn in range(2):
        take_back_offer(chosen, by=staff, word="Kursholderen er syk.")

    chosen.refresh_from_db()
    event = chosen.request.events.get()
    assert (chosen.state, event.kind, event.by, event.word) == (
        "taken_back",
        "taken_back",
        staff,
        "Kursholderen er syk.",
    )
    assert mails() == [("request-offer-changed", chosen.request.contact_email)]


def test_accepted_offer_is_not_taken_back():
    chosen = RequestOfferFactory()
    accept_offer(chosen)

    with pytest.raises(OfferClosed, match="Cancel the session"):
        take_back_offer(chosen, by=StaffFactory())


def test_offer_of_a_withdrawn_request_is_not_accepted():
    chosen = RequestOfferFactory()
    withdraw_request(chosen.request)

    with pytest.raises(OfferClosed):
        accept_offer(chosen)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("company", Unit.Kind.COMPANY), ("foundation", Unit.Kind.FOUNDATION), ("host", Unit.Kind.MUNICIPALITY)],
)
def test_one_payer_pays_for_all(kind, expected):
    asked = CourseRequestFactory(
        places=[MunicipalityFactory(), MunicipalityFactory()],
        payer_kind=kind,
        payer_name="" if kind == "host" else "Salten krisesenter IKS",
        payer_organisation_number="" if kind == "host" else "974760673",
    )
    [chosen] = offer(asked, seat_price=Decimal(300))

    accept_offer(chosen)

    payers = {booking.payer for booking in Booking.objects.all()}
    assert [(payer.kind, payer.municipality) for payer in payers] == [(expected, asked.host)]


def test_online_course_is_held_in_no_municipality():
    [chosen] = offer(CourseRequestFactory(format="online"), format="online", join_url="https://mote.test/1", place="")

    session = accept_offer(chosen)

    assert (session.municipality, session.format, session.meetings.get().join_url) == (
        None,
        "online",
        "https://mote.test/1",
    )
    assert AssignedMeeting.objects.get().trainer == chosen.trainer
