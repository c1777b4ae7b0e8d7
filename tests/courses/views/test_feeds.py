"""The feeds of bookers, municipalities and staff, and their pages."""

import re
from datetime import timedelta

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, Course, Invitation, Meeting, Session
from courses.services.feeds import BOOKER_FEED, MUNICIPALITY_FEED, STAFF_FEED, close_feeds_of, feed_address
from taushet.models import AuditEntry
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MembershipFactory, MunicipalityFactory, UnitFactory
from tests.factories.outbox import write
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    course = CourseFactory(title_nb="Når hjemmet er farlig", title_nn="Når heimen er farleg")
    return SessionFactory(course=course, municipality=MunicipalityFactory(name="Bodø"))


@pytest.fixture
def booker():
    return UserFactory(name="Kari Nordmann", email="kari@bodo.test")


def feed_path(purpose, subject):
    return reverse("courses:feed", args=[issue_link(purpose, subject.pk)])


def events(response):
    assert response.status_code == 200
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")


def test_booker_sees_what_was_booked_under_the_title_of_the_mail(client, session, booker):
    booking = BookingFactory(session=session, contact_name="Kari Nordmann", contact_email=booker.email)
    ParticipantFactory(booking=booking, name="Ola Nordmann", email="ola@bodo.test")
    Meeting.objects.update(join_url="https://mote.example/kurs", sequence=1)
    BookingFactory(), BookingFactory(contact_email=booker.email, state=Booking.State.CANCELLED)
    second = SessionFactory(first_starts_at=session.first_starts_at + timedelta(days=1))
    BookingFactory(session=second, second_email=booker.email, shows_course_name=True)
    Invitation.objects.create(
        meeting=session.meetings.get(), booking=booking, email=booker.email, sequence=4, message=write()
    )

    first, other = events(client.get(feed_path(BOOKER_FEED, booker)))

    assert (first["summary"], first["uid"], first["sequence"]) == ("Kurs – Bodø", session.meetings.get().uid, 4)
    assert (first["transp"], "url" in first) == ("TRANSPARENT", False)
    assert str(other["summary"]).startswith(second.course.title)
    content = client.get(feed_path(BOOKER_FEED, booker)).content.decode()
    assert not re.search(r"Nordmann|@bodo\.test|ATTENDEE|ORGANIZER|mailto|METHOD|farlig", content)


def test_municipality_sees_its_courses_without_names_of_courses_or_people(client, session, booker):
    place = MunicipalityFactory()
    ParticipantFactory(booking=BookingFactory(session=session, municipality=place), name="Ola Nordmann")
    held_for = SessionFactory(closed_to=place)
    shared = SessionFactory(closed_to=MunicipalityFactory())
    shared.shared_with.add(place)
    SessionFactory(closed_to=place, state=Session.State.DRAFT)
    unit = UnitFactory(municipality=place)
    BookingFactory(municipality=place, unit=unit)
    whole = MembershipFactory(municipality=place, user=booker, confirmed=True)
    part = MembershipFactory(municipality=place, unit=unit, confirmed=True)
    Meeting.objects.update(join_url="https://mote.example/kurs")

    seen = events(client.get(feed_path(MUNICIPALITY_FEED, whole)))
    of_unit = events(client.get(feed_path(MUNICIPALITY_FEED, part)))

    expected = {session.pk, held_for.pk, shared.pk, Booking.objects.get(unit=unit).session_id}
    assert {str(event["uid"]) for event in seen} == set(
        Meeting.objects.filter(session__in=expected).values_list("uid", flat=True)
    )
    assert len(of_unit) == 1
    content = client.get(feed_path(MUNICIPALITY_FEED, whole)).content.decode()
    assert not re.search(r"Nordmann|farlig|mote\.example|ATTENDEE|ORGANIZER", content)


def test_staff_see_everything_and_nobodys_name(client, session):
    staff = StaffFactory()
    BookingFactory(session=session, contact_name="Kari Nordmann")
    SessionFactory(state=Session.State.DRAFT, course=session.course)
    SessionFactory(closed_to=MunicipalityFactory(), course=session.course)

    seen = events(client.get(feed_path(STAFF_FEED, staff)))

    assert [str(event["status"]) for event in seen].count("TENTATIVE") == 1
    assert len(seen) == 3
    assert any(session.get_staff_url() in str(event["url"]) for event in seen)
    assert b"Nordmann" not in client.get(feed_path(STAFF_FEED, staff)).content


def test_feeds_are_gone_with_the_role_the_membership_or_the_person(client, booker):
    staff, place = StaffFactory(), MunicipalityFactory()
    membership = MembershipFactory(municipality=place, user=booker, confirmed=True)
    paths = [
        feed_path(STAFF_FEED, staff), feed_path(MUNICIPALITY_FEED, membership), feed_path(BOOKER_FEED, booker)
    ]  # fmt: skip
    assert [client.get(path).status_code for path in paths] == [200, 200, 200]

    staff.groups.clear()
    membership.ended_at = timezone.now()
    membership.save()
    close_feeds_of(booker)

    assert [client.get(path).status_code for path in paths] == [410, 410, 410]


@pytest.mark.parametrize("count", [1, 4])
def test_a_known_feed_answers_304_with_the_same_few_queries(client, session, booker, count, django_assert_num_queries):
    place, staff = MunicipalityFactory(), StaffFactory()
    membership = MembershipFactory(municipality=place, user=booker, confirmed=True)
    for _number in range(count):
        BookingFactory(municipality=place, contact_email=booker.email)
    for purpose, subject, queries in (
        (BOOKER_FEED, booker, 6),
        (MUNICIPALITY_FEED, membership, 4),
        (STAFF_FEED, staff, 7),
    ):
        path = feed_path(purpose, subject)
        first, again = client.get(path), client.get(path)
        assert (first.content, first.headers["ETag"]) == (again.content, again.headers["ETag"])
        with django_assert_num_queries(queries):
            known = client.get(path, headers={"if-none-match": first.headers["ETag"]})
        assert (known.status_code, known.content, known.headers["ETag"]) == (304, b"", first.headers["ETag"])
        Meeting.objects.update(changed_at=timezone.now())
        assert client.get(path, headers={"if-none-match": first.headers["ETag"]}).status_code == 200


def test_no_change_of_a_title_or_a_choice_can_hide(client, booker):
    """Three titles, of which the middle one gets another of the same length: sums and ends alone would not tell."""
    for title in ("Aa", "Mm", "Zz"):
        BookingFactory(session__course__title_nb=title, contact_email=booker.email, shows_course_name=True)
    path = feed_path(BOOKER_FEED, booker)
    before = client.get(path)

    Course.objects.filter(title_nb="Mm").update(title_nb="Nn")
    renamed = client.get(path, headers={"if-none-match": before.headers["ETag"]})
    Booking.objects.update(shows_course_name=False)
    neutral = client.get(path, headers={"if-none-match": renamed.headers["ETag"]})

    assert (renamed.status_code, neutral.status_code) == (200, 200)
    assert b"Nn" in renamed.content
    assert b"Zz" not in neutral.content


def test_packed_feeds_are_the_same_bytes(client, session):
    path = feed_path(STAFF_FEED, StaffFactory())

    packed = [client.get(path, headers={"accept-encoding": "gzip"}) for _time in range(3)]

    assert packed[0].headers["Content-Encoding"] == "gzip"
    assert len({response.content for response in packed}) == 1


def test_one_press_makes_an_address_and_another_closes_it(client, booker):
    membership = MembershipFactory(user=booker, confirmed=True)
    others = MembershipFactory(confirmed=True)
    sign_in(client, booker)
    assert b".ics" not in client.get(reverse("courses:booker_feeds")).content

    for subject, purpose, name, values in (
        (booker, BOOKER_FEED, "booker_feed_renew", []),
        (membership, MUNICIPALITY_FEED, "municipality_feed_renew", [membership.pk]),
    ):
        client.post(reverse(f"courses:{name}", args=values))
        old = feed_address(subject, purpose)
        assert old in client.get(reverse("courses:booker_feeds")).content.decode()
        client.post(reverse(f"courses:{name}", args=values))
        new = feed_address(subject, purpose)
        assert [client.get("/" + one.split("/", 3)[3]).status_code for one in (old, new)] == [410, 200]

    assert client.post(reverse("courses:municipality_feed_renew", args=[others.pk])).status_code == 404
    assert AuditEntry.objects.filter(action="feed.renewed").count() == 4


def test_pages_of_staff_and_everybody_say_how(client, session):
    public = client.get(reverse("courses:public_feed")).content.decode()
    sign_in(client, StaffFactory())
    client.post(reverse("courses:staff_feed_renew"))
    staff = client.get(reverse("courses:staff_feed")).content.decode()

    assert "/kurs/kalender.ics" in public
    for program in ("Google", "Outlook", "Apple", "Thunderbird"):
        assert program in public
        assert program in staff


def test_first_address_is_not_said_to_replace_another(client, booker):
    sign_in(client, booker)
    said = [
        client.post(reverse("courses:booker_feed_renew"), follow=True).content.decode().count("virker ikke lenger")
        for _time in range(2)
    ]
    assert said == [0, 1]


def test_sessions_for_others_of_the_same_sum_are_a_new_calendar(client, booker):
    """The first and the fourth for the second and the third: as many, of the same sum, beside the latest change."""
    membership = MembershipFactory(user=booker, confirmed=True)
    sessions = [SessionFactory() for _number in range(5)]
    bookings = [BookingFactory(session=sessions[at], municipality=membership.municipality) for at in (0, 3, 4)]
    path = feed_path(MUNICIPALITY_FEED, membership)
    before = client.get(path)

    for booking, at in zip(bookings, (1, 2), strict=False):
        Booking.objects.filter(pk=booking.pk).update(session=sessions[at])
    after = client.get(path, headers={"if-none-match": before.headers["ETag"]})

    assert after.status_code == 200
    uids = {str(event["uid"]) for event in events(after)}
    assert uids == {sessions[at].meetings.get().uid for at in (1, 2, 4)}
