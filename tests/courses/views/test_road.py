"""The pages around a trainer's teaching: the day, notes, expenses, swaps, and how a trainer joins."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.models import CalendarAnswer, ExpenseClaim, Meeting, RoadNote, Session, Swap, Trainer
from courses.services import road_notes
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.models import AuditEntry, InboundMail, Message, User
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, CourseFactory, MeetingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import CountyFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainer(client):
    trainer = register_trainer(TrainerUserFactory(name="Karim"), courses=[CourseFactory()])
    sign_in(client, trainer.user)
    return trainer


def teach(trainer, **fields):
    """Give a trainer a session that starts shortly; it has begun when it lies in the past."""
    fields = {"municipality": MunicipalityFactory(name="Bodø"), "course": trainer.courses.get()} | fields
    session = SessionFactory(**fields)
    assignment = assign_trainer(session, trainer=trainer, by=StaffFactory(), reason="Haster.")
    booking = BookingFactory(session=session, municipality=session.municipality, contact_name="Kari Ås")
    ParticipantFactory(booking=booking, name="Åse Ødegård")
    return assignment


def today(trainer, count=1):
    """Let some meetings of a session be today, whatever the clock says."""
    assignment = teach(trainer)
    noon = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0)
    meeting = assignment.session.meetings.get()
    type(meeting).objects.filter(pk=meeting.pk).update(
        starts_at=noon, ends_at=noon + timedelta(hours=1), address="Kongens gate 23 & 25"
    )
    for number in range(1, count):
        MeetingFactory(session=assignment.session, starts_at=noon + timedelta(hours=2 * number))
    return assignment


def test_day_says_where_when_and_whom_to_call(client, trainer, settings):
    settings.STAFF_PHONE = "22331160"
    assignment = today(trainer)
    road_notes.write_note(assignment.session, "Inngang <b>bak</b>.", by=TrainerUserFactory())
    other = register_trainer(TrainerUserFactory(), courses=trainer.courses.all())
    today(other)

    page = client.get(reverse("courses:trainer_today")).content.decode()

    assert page.count('class="ds-card card road-stop"') == 1
    assert "12.00–" in page
    assert "Rådhuset, Kongens gate 23 &amp; 25, Bodø" in page
    assert 'href="https://www.openstreetmap.org/search?query=Kongens+gate+23+%26+25" rel="external noreferrer' in page
    assert '<a href="tel:+4722331160">' in page
    assert "Inngang &lt;b&gt;bak&lt;/b&gt;." in page
    assert "Åse Ødegård" not in page  # the list is a page of its own, and opening it is recorded
    assert "Deltakere (1)" in page
    assert "Vi sender ikke SMS." in page


def test_what_is_over_stands_below_what_comes(client, trainer):
    assignment = teach(trainer)
    now, meeting = timezone.now(), assignment.session.meetings.get()
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    type(meeting).objects.filter(pk=meeting.pk).update(starts_at=start - timedelta(hours=1), ends_at=now)
    MeetingFactory(session=assignment.session, starts_at=now, ends_at=now + timedelta(minutes=5))

    page = client.get(reverse("courses:trainer_today"))

    assert [[stop["meeting"].pk for stop in page.context[name]] for name in ("over", "stops")] == [
        [meeting.pk],
        [assignment.session.meetings.latest("starts_at").pk],
    ]
    ahead, _heading, over = page.text.partition("Tidligere i dag")
    assert (ahead.count('<article class="ds-card card road-stop"'), over.count("road-stop")) == (1, 1)
    assignment.session.meetings.latest("starts_at").delete()
    assert "Du er ferdig for i dag." in client.get(reverse("courses:trainer_today")).text


def test_day_lets_the_trainer_say_they_cannot_come_until_it_is_over(client, trainer):
    now = timezone.now()
    meeting = today(trainer).session.meetings.get()
    out = f'href="{reverse("courses:trainer_out_today")}"'

    def says_so(ends_at):
        starts_at = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        Meeting.objects.filter(pk=meeting.pk).update(starts_at=starts_at, ends_at=ends_at)
        return out in client.get(reverse("courses:trainer_today")).text

    assert says_so(now + timedelta(minutes=5))
    assert not says_so(now)


def test_day_without_teaching_shows_what_comes(client, trainer):
    assignment = teach(trainer)

    page = client.get(reverse("courses:trainer_today")).content.decode()

    assert "Du holder ingen kurs i dag." in page
    assert f"/kursholder/{assignment.session_id}/" in page
    Session.objects.update(state=Session.State.CANCELLED)
    assert "road-stop" not in client.get(reverse("courses:trainer_today")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_day_asks_little_more_for_more_meetings(client, trainer, count, django_assert_max_num_queries):
    today(trainer, count)

    with django_assert_max_num_queries(6 + 4 * count):
        client.get(reverse("courses:trainer_today"))


def test_note_that_tells_of_people_takes_a_second_yes(client, trainer):
    session = teach(trainer).session
    address = reverse("courses:trainer_note", args=[session.pk])

    refused = client.post(address, {"text": "Spør etter Åse på 22331160."})
    assert "et telefonnummer og navnet på en deltaker eller kontaktperson" in refused.content.decode()
    assert not RoadNote.objects.exists()
    client.post(address, {"text": "Spør etter Åse på 22331160.", "even_so": "on"})
    assert RoadNote.objects.get().written_by == trainer.user
    client.post(address, {"text": "Inngang bak."})

    assert RoadNote.objects.get().text == "Inngang bak."
    assert "Inngang bak." in client.get(reverse("courses:trainer_session", args=[session.pk])).content.decode()
    sign_in(client, StaffFactory())
    client.post(reverse("courses:road_note_remove", args=[RoadNote.objects.get().pk]))
    assert not RoadNote.objects.exists()


def test_expenses_are_written_until_staff_has_settled_what_it_saw(client, trainer):
    assignment = teach(trainer)
    address = reverse("courses:trainer_expense_claim", args=[assignment.pk])
    rows = {"utlegg-TOTAL_FORMS": "2", "utlegg-INITIAL_FORMS": "0", "utlegg-0-what": "Ferge", "utlegg-1-what": ""}

    wrong = client.post(address, rows | {"kilometres": "12", "utlegg-0-amount": "-5", "utlegg-1-amount": "30"})
    assert "Beløpet kan ikke være under 0." in wrong.content.decode()
    assert "Skriv hva det var." in wrong.content.decode()
    for amount in ("99999999,50", "1e30", "1,234"):
        assert client.post(address, rows | {"utlegg-0-amount": amount}).status_code == 200
    assert not ExpenseClaim.objects.exists()
    client.post(address, rows | {"kilometres": "12", "utlegg-0-amount": "99,50"})

    claim = ExpenseClaim.objects.get()
    assert (claim.kilometres, claim.outlay_total) == (12, Decimal("99.50"))
    sign_in(client, StaffFactory(roles=["finance"]))
    settle = reverse("courses:expense_settle", args=[claim.pk])
    client.post(settle, {"seen": "2026-01-01T00:00:00+00:00"})
    claim.refresh_from_db()
    assert claim.settled_at is None
    page = client.get(reverse("courses:expense_list")).content.decode()
    client.post(settle, {"seen": page.partition('name="seen" value="')[2].partition('"')[0]})
    claim.refresh_from_db()
    assert claim.settled_at
    assert client.get(reverse("courses:expenses_csv") + "?tilstand=oppgjort").getvalue().decode().count("Karim") == 2
    assert client.get(reverse("courses:expenses_xlsx")).headers["Content-Disposition"].endswith('.xlsx"')
    sign_in(client, trainer.user)
    client.post(address, rows | {"kilometres": "9999"})
    claim.refresh_from_db()
    assert claim.kilometres == 12


def test_swap_is_asked_and_answered_by_those_it_concerns_only(client, trainer):
    assignment = teach(trainer)
    tone = register_trainer(TrainerUserFactory(name="Tone"), courses=trainer.courses.all())
    third = register_trainer(TrainerUserFactory(name="Siri"), courses=trainer.courses.all())
    client.post(reverse("courses:swap_ask", args=[assignment.session_id]), {"colleague": tone.pk, "note": "Kan du?"})
    swap = Swap.objects.get()
    yes = reverse("courses:swap_accept", args=[swap.pk])

    for stranger in (trainer, third):
        sign_in(client, stranger.user)
        assert client.post(yes).status_code == 404
    assert client.post(reverse("courses:swap_take_back", args=[swap.pk])).status_code == 404
    sign_in(client, tone.user)
    assert "«Kan du?»" in client.get(reverse("courses:trainer_swaps")).content.decode()
    client.post(yes)
    sign_in(client, StaffFactory())
    client.post(reverse("courses:swap_approve", args=[swap.pk]), {"reason": "Enige"})

    swap.refresh_from_db()
    assert swap.state == Swap.State.APPROVED
    sign_in(client, trainer.user)
    assert client.get(reverse("courses:trainer_session", args=[assignment.session_id])).status_code == 404
    assert "Overtatt" in client.get(reverse("courses:trainer_swaps")).content.decode()


def test_what_speaks_against_a_colleague_is_said_to_each_as_far_as_it_concerns_them(client, trainer):
    assignment = teach(trainer)
    fits = register_trainer(TrainerUserFactory(name="Åse"), courses=trainer.courses.all())
    far = register_trainer(TrainerUserFactory(name="Berit"), courses=trainer.courses.all())
    far.counties.add(CountyFactory())
    far.impartial_in.add(assignment.session.municipality)

    ask = reverse("courses:swap_ask", args=[assignment.session_id])
    page = client.get(ask).content.decode()
    assert page.index(f'value="{fits.pk}"') < page.index(f'value="{far.pk}"')
    assert "Berit: kan kanskje ikke da, reiser ikke til dette fylket" in page
    for swap_with, counts in ((far, [1, 1]), (fits, [0, 0])):
        Swap.objects.all().delete()
        swap = Swap.objects.create(assignment=assignment, colleague=swap_with, state=Swap.State.AGREED)
        sign_in(client, StaffFactory())
        address = reverse("courses:swap_approve", args=[swap.pk])
        page = client.get(address).content.decode()
        assert [page.count("reiser ikke til dette fylket"), page.count('name="reason"')] == counts
        assert "(valgfritt)" not in page
    Swap.objects.update(colleague=far)
    page = client.post(address).content.decode()
    assert page.count("reiser ikke til dette fylket") == 1
    assert page.count("<ds-error-summary") == 1
    Swap.objects.update(colleague=fits)
    assert client.post(address).status_code == 302


def test_invited_trainer_finishes_the_own_profile_first(client):
    staff = sign_in(client, StaffFactory())
    course, county = CourseFactory(), CountyFactory()
    fields = {"name": "Tone Tangen", "email": "tone@kurs.test", "language": "nn", "courses": [course.pk]}
    address = reverse("courses:trainer_invite")

    client.post(address, fields | {"counties": [county.pk]})
    again = client.post(address, fields)

    assert "Det finnes allerede en person med denne adressen." in again.content.decode()
    trainer = Trainer.objects.get()
    assert (trainer.is_new, list(trainer.courses.all()), list(trainer.counties.all())) == (True, [course], [county])
    assert set(trainer.user.roles) == {"trainer"}
    assert Message.objects.get().to_email == "tone@kurs.test"
    assert AuditEntry.objects.get(action="user.invited").actor == staff
    client.logout()
    accepted = client.post(reverse("invitation_accept", args=[issue_link("invite", trainer.user_id)]))
    assert accepted.url == reverse("account_confirm_login_code")
    sign_in(client, User.objects.get(email="tone@kurs.test"))
    home, profile = reverse("courses:trainer_home"), reverse("courses:trainer_profile")
    assert client.get(home).url == profile
    assert "Velkommen!" in client.get(profile).content.decode()
    rows = {"habilitet-TOTAL_FORMS": "0", "habilitet-INITIAL_FORMS": "0", "teaches_nn": "on"}
    client.post(profile, rows | {"counties": [county.pk]})
    assert client.get(home).status_code == 200


def test_lists_ask_the_same_for_one_row_and_for_three(client, trainer):
    staff, tone = StaffFactory(), register_trainer(TrainerUserFactory(), courses=trainer.courses.all())

    def add(day):
        assignment = teach(trainer, first_starts_at=timezone.now() + timedelta(days=day))
        Swap.objects.create(assignment=assignment, colleague=tone, state="agreed")
        ExpenseClaim.objects.create(assignment=assignment, kilometres=10).outlays.create(what="Bom", amount=30)
        road_notes.write_note(assignment.session, "Inngang bak.", by=trainer.user)
        meeting = assignment.session.meetings.get()
        for whose in ({"trainer": trainer, "meeting": meeting}, {}):
            CalendarAnswer.objects.create(answer="accepted", answered_at=timezone.now(), **whose)
        InboundMail.objects.create(provider="x", event_id=day, size=0, handled_at=timezone.now(), from_email="a@b.no")

    def asked(user, *names):
        sign_in(client, user)
        counts = []
        for name in names:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(name)).status_code == 200
            counts.append(len(queries))
        return counts

    of_trainers = ("courses:trainer_swaps", "courses:trainer_expenses")
    of_staff = ("courses:swap_list", "courses:expense_list", "courses:road_note_list", "courses:calendar_answer_list")
    add(20)
    before = asked(trainer.user, *of_trainers) + asked(staff, *of_staff, "inbound_list")
    add(30)
    add(40)

    assert asked(trainer.user, *of_trainers) + asked(staff, *of_staff, "inbound_list") == before
