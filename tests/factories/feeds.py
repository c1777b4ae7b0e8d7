"""Every kind of feed over the nights when the clocks change, and what any program must read in it."""

from datetime import UTC, datetime, timedelta

from courses.models import Meeting
from courses.services import feeds
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.workdays import OSLO

from .courses import BookingFactory, MeetingFactory, SessionFactory
from .municipalities import MembershipFactory, MunicipalityFactory
from .taushet import TrainerUserFactory, UserFactory

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)  # from here both changes lie in the window of a feed


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=OSLO, fold=fold).astimezone(UTC)


def hours_around_clock_changes() -> list[tuple[datetime, datetime]]:
    """Return spans by day and by night from 23 to 26 October 2026 and from 26 to 29 March 2027."""
    days = [(2026, 10, day) for day in range(23, 27)] + [(2027, 3, day) for day in range(26, 30)]
    return [
        *((local(*day, 9), local(*day, 12)) for day in days),
        (local(2026, 10, 24, 22), local(2026, 10, 25, 4)),
        (local(2026, 10, 25, 2, 15), local(2026, 10, 25, 2, 45)),
        (local(2026, 10, 25, 2, 15, fold=1), local(2026, 10, 25, 2, 45, fold=1)),
        (local(2026, 10, 25, 1, 30), local(2026, 10, 25, 2, 30, fold=1)),
        (local(2027, 3, 28, 1), local(2027, 3, 28, 4)),
        (local(2027, 3, 28, 3), local(2027, 3, 28, 3, 30)),
    ]


def feeds_over_clock_changes() -> tuple[dict[str, bytes], list[tuple[str, float, float]]]:
    """Return the bytes of each kind of feed, and the uid and the two moments of every meeting that each must show."""
    place = MunicipalityFactory(name="Kárášjohka – Ås")
    spans = sorted(hours_around_clock_changes())
    start = NOW + timedelta(days=30)
    session = SessionFactory(
        course__title_nb="Vold; «æøå», \\ og mer", municipality=place, meetings=[], first_starts_at=start
    )
    MeetingFactory(session=session, starts_at=start)
    trainer = register_trainer(TrainerUserFactory(), courses=[session.course])
    assign_trainer(session, trainer=trainer, by=UserFactory(), reason="Prøve")
    # The past takes no trainer, so the meetings get their hours afterwards, as rows of what was.
    assignment = session.assignments.get()
    assignment.assigned_meetings.all().delete()
    Meeting.objects.all().delete()
    for number, (starts_at, ends_at) in enumerate(spans):
        meeting = MeetingFactory(session=session, starts_at=starts_at, ends_at=ends_at, place=f"Rådhuset {number}, ås")
        Meeting.objects.filter(pk=meeting.pk).update(join_url="https://mote.example/a,b;c")
        assignment.assigned_meetings.create(
            meeting=meeting, trainer=trainer, starts_at=starts_at, ends_at=ends_at, is_cancelled=True
        )
    booker = UserFactory()
    BookingFactory(session=session, municipality=place, contact_email=booker.email)
    membership = MembershipFactory(municipality=place, user=booker)
    written = {
        "trainer": feeds.trainer_feed(trainer, now=NOW),
        "booker": feeds.booker_feed(booker, now=NOW),
        "municipality": feeds.municipality_feed(membership, now=NOW),
        "staff": feeds.staff_feed(now=NOW),
        "public": feeds.public_feed(now=NOW),
    }
    wanted = [
        (uid, starts_at.timestamp(), ends_at.timestamp())
        for uid, starts_at, ends_at in Meeting.objects.order_by("starts_at", "pk").values_list(
            "uid", "starts_at", "ends_at"
        )
    ]
    return {name: feed.write() for name, feed in written.items()}, wanted
