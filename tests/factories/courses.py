"""Courses, sessions and trainers for the tests."""

from datetime import timedelta

import factory
from django.utils import timezone

from courses.models import (
    Assignment,
    Booking,
    Course,
    CourseRequest,
    DateAlert,
    Meeting,
    Participant,
    RequestOffer,
    Session,
    Trainer,
    TrainerOffer,
)

from .municipalities import MunicipalityFactory
from .taushet import StaffFactory, TrainerUserFactory


class CourseFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Course

    slug = factory.Sequence(lambda n: f"kurs-{n}")
    title_nb = factory.Sequence(lambda n: f"Kurs {n}")
    title_nn = factory.SelfAttribute("title_nb")
    summary_nb = "Kort om kurset."
    summary_nn = "Kort om kurset."
    description_nb = "Om kurset."
    description_nn = "Om kurset."
    aims_nb = "Kjenne ansvaret"
    aims_nn = "Kjenne ansvaret"
    audience = "leaders"
    vat_treatment = "none"
    is_published = True


def at_nine(days):
    """Return nine in the morning in Oslo so many days ahead, whatever the hour is in which the tests run."""
    return timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=days)


class SessionFactory(factory.django.DjangoModelFactory):
    """A session with one meeting of three hours, thirty days ahead."""

    class Meta:
        model = Session
        skip_postgeneration_save = True

    course = factory.SubFactory(CourseFactory)
    state = Session.State.OPEN
    language = "nb"
    capacity = 20
    first_starts_at = factory.LazyFunction(lambda: at_nine(30))
    last_ends_at = factory.LazyAttribute(lambda session: session.first_starts_at + timedelta(hours=3))

    @factory.post_generation
    def meetings(session, create, extracted, **kwargs):
        if create and extracted is None:
            MeetingFactory(session=session, starts_at=session.first_starts_at, ends_at=session.last_ends_at)


class MeetingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Meeting

    session = factory.SubFactory(SessionFactory, meetings=[])
    starts_at = factory.LazyAttribute(lambda meeting: meeting.session.first_starts_at)
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + timedelta(hours=3))
    place = "Rådhuset"


class TrainerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Trainer

    user = factory.SubFactory(TrainerUserFactory)


class AskedFactory(factory.django.DjangoModelFactory):
    """That a trainer has been asked for a session by name, and has two days to answer."""

    class Meta:
        model = Assignment

    trainer = factory.SubFactory(TrainerFactory)
    state = Assignment.State.OFFERED
    offer = factory.LazyAttribute(
        lambda row: TrainerOffer.objects.create(
            session=row.session, way=TrainerOffer.Way.IN_TURN, made_by=StaffFactory()
        )
    )
    answer_by = factory.LazyFunction(lambda: timezone.now() + timedelta(days=2))


class BookingFactory(factory.django.DjangoModelFactory):
    """A confirmed booking that stands in the session's count of seats."""

    class Meta:
        model = Booking
        skip_postgeneration_save = True

    session = factory.SubFactory(SessionFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    seats = 2
    state = Booking.State.CONFIRMED
    contact_name = factory.Sequence(lambda n: f"Booker {n}")
    contact_email = factory.Sequence(lambda n: f"booker{n}@test.example")
    contact_phone = "+4722331160"
    request_key = factory.Sequence(lambda n: f"booking-{n}")
    confirmed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def counted(booking, create, extracted, **kwargs):
        if create and booking.takes_seats:
            booking.session.seats_taken += booking.seats
            booking.session.save(update_fields=["seats_taken"])


class ParticipantFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Participant

    booking = factory.SubFactory(BookingFactory)
    name = factory.Sequence(lambda n: f"Deltaker {n}")
    email = factory.Sequence(lambda n: f"deltaker{n}@test.example")
    request_key = factory.Sequence(lambda n: f"participant-{n}")


class DateAlertFactory(factory.django.DjangoModelFactory):
    """A confirmed wish for all new dates, asked for two days ago."""

    class Meta:
        model = DateAlert

    email = factory.Sequence(lambda n: f"leser{n}@test.example")
    created_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=2))
    confirmed_at = factory.SelfAttribute("created_at")
    told_until = factory.SelfAttribute("created_at")


class CourseRequestFactory(factory.django.DjangoModelFactory):
    """A request that waits for us: one municipality, twelve people, two alternatives some weeks ahead."""

    class Meta:
        model = CourseRequest
        skip_postgeneration_save = True

    course = factory.SubFactory(CourseFactory)
    state = CourseRequest.State.WAITING
    format = "on_site"
    audience = "leaders"
    taught_in = "nb"
    contact_name = factory.Sequence(lambda n: f"Spørrer {n}")
    contact_email = factory.Sequence(lambda n: f"sporrer{n}@test.example")
    contact_phone = "+4722331160"
    request_key = factory.Sequence(lambda n: f"request-{n}")
    confirmed_at = factory.LazyFunction(timezone.now)
    waiting_since = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def places(asked, create, extracted, **kwargs):
        if create:
            for number, place in enumerate(extracted or [MunicipalityFactory()]):
                asked.parties.create(municipality=place, seats=12, is_host=number == 0)

    @factory.post_generation
    def windows(asked, create, extracted, **kwargs):
        if create:
            first = timezone.localdate() + timedelta(days=30)
            for start in (first, first + timedelta(days=14)):
                asked.windows.create(first_on=start, last_on=start + timedelta(days=4), part="morning")


class RequestOfferFactory(factory.django.DjangoModelFactory):
    """A date forty days ahead that is offered, with a trainer who may teach the course."""

    class Meta:
        model = RequestOffer
        skip_postgeneration_save = True

    request = factory.SubFactory(CourseRequestFactory, state="offered", waiting_since=None)
    starts_at = factory.LazyFunction(lambda: at_nine(40))
    ends_at = factory.LazyAttribute(lambda offer: offer.starts_at + timedelta(hours=3))
    trainer = factory.SubFactory(TrainerFactory)
    format = "on_site"
    place = "Rådhuset"
    seats = 30
    seat_price = 0
    answer_by = factory.LazyAttribute(lambda offer: offer.starts_at - timedelta(days=20))
    made_by = factory.SubFactory(StaffFactory)

    @factory.post_generation
    def teaches(offer, create, extracted, **kwargs):
        if create:
            offer.trainer.courses.add(offer.request.course)
