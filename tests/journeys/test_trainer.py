"""A trainer's way: given a session, finding it on the phone, and hearing of its change and its end."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Meeting, Session
from courses.services.assignments import assign_trainer
from courses.services.calendars import cancel_invitations
from courses.services.messages import send_confirmation
from courses.services.trainers import register_trainer
from courses.services.welcoming import welcome
from taushet.models import Message, User
from taushet.services.sending import send_all_due
from tests.factories.courses import BookingFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COURSE = "Når hjemmet er farlig"


def in_days(days, hour=9):
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=days), time(hour)))


@pytest.fixture
def session(signed_in):
    """An announced session in Bodø with a booking of two, one of them named."""
    session = SessionFactory(
        course__title_nb=COURSE,
        municipality=MunicipalityFactory(name="Bodø"),
        first_starts_at=in_days(40),
        last_ends_at=in_days(40, 15),
    )
    booking = BookingFactory(
        session=session, municipality=session.municipality, contact_name="Kari Ås", contact_email="kari@bodo.test"
    )
    ParticipantFactory(booking=booking, name="Åse Ødegård", email="ase@bodo.test", workplace="Skolen", role="Rektor")
    return session


@pytest.fixture
def trainer(session):
    return register_trainer(User.objects.get(email="trainer@demo.example"), courses=[session.course])


def parts(content, *names):
    """Return the values of properties of the only event in a calendar."""
    event = content.replace("\r\n ", "").partition("BEGIN:VEVENT")[2]
    return [re.search(rf"^{name}[^:]*:(.*)\r$", event, re.MULTILINE)[1] for name in names]


def calendar_mail(method):
    """Return the calendars that have left under a method, by address."""
    found = Message.objects.filter(calendar_method=method, state=Message.State.STAYED)
    return {message.to_email: message.calendar for message in found}


@pytest.mark.main_job
def test_staff_gives_a_session_and_the_trainer_finds_it_on_the_phone(signed_in, new_page, session, trainer, accessible):
    elsewhere = SessionFactory(course=session.course, first_starts_at=in_days(40, 14))
    assign_trainer(elsewhere, trainer=trainer, by=User.objects.get(email="campaign@demo.example"))
    staff = signed_in("campaign")
    staff.goto(session.get_staff_url())
    accessible(staff)
    staff.get_by_role("link", name="Velg en kursholder").click()
    accessible(staff)
    expect(staff.get_by_role("radio", name="Karim Kleiva")).to_have_count(0)
    expect(staff.get_by_text(f": {COURSE}, ")).to_be_visible()
    staff.goto(elsewhere.get_staff_url())
    staff.get_by_role("button", name="Fjern Karim Kleiva").click()
    staff.goto(session.get_staff_url())
    staff.get_by_role("link", name="Velg en kursholder").click()
    staff.get_by_role("button", name="Gi oppdraget").click()
    expect(staff.locator("#id_trainer_error")).to_have_text("Velg en kursholder.")
    accessible(staff)
    staff.get_by_role("radio", name="Karim Kleiva").check()
    staff.get_by_role("button", name="Gi oppdraget").click()
    expect(staff.get_by_text("Karim Kleiva har fått oppdraget og får beskjed på e-post.")).to_be_visible()

    phone = signed_in("trainer", width=390)
    expect(phone).to_have_url(re.compile("/kursholder/$"))
    accessible(phone)
    upcoming = phone.get_by_role("region", name="Kommende kurs").get_by_role("listitem")
    expect(upcoming.get_by_role("link")).to_have_text([COURSE])
    day = timezone.localdate(session.first_starts_at)
    phone.get_by_role("link", name="Se måneden").click()
    square = phone.get_by_role("cell").filter(has=phone.locator(f"time[datetime='{day:%Y-%m-%d}']"))
    expect(square.get_by_role("link")).to_have_accessible_name(f"09.00 Bodø {COURSE}")
    phone.locator(".month-agenda").get_by_role("link").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text(COURSE)
    expect(phone.get_by_text("Åse Ødegård")).to_be_visible()
    expect(phone.get_by_text("Skolen, Bodø")).to_be_visible()
    accessible(phone)
    own_page = phone.url

    stranger = new_page()
    stranger.goto(own_page)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Logg inn")
    expect(stranger.get_by_text("Åse Ødegård")).to_have_count(0)


def test_month_is_turned_with_the_keyboard_alone(signed_in, session, trainer, accessible):
    assign_trainer(session, trainer=trainer, by=User.objects.get(email="campaign@demo.example"))
    phone = signed_in("trainer", width=390)
    name = phone.locator("#month-name").text_content()
    phone.locator("#month-next").focus()

    phone.keyboard.press("Enter")

    expect(phone.locator("#month-name")).not_to_have_text(name)
    expect(phone.locator("#month-next")).to_be_focused()
    expect(phone.get_by_text("Du holder ingen kurs denne måneden.")).to_be_visible()
    accessible(phone)
    phone.keyboard.press("Shift+Tab")
    expect(phone.locator("#month-previous")).to_be_focused()
    phone.keyboard.press("Enter")
    expect(phone.locator("#month-name")).to_have_text(name)
    phone.goto("/kursholder/?maned=2026-13")
    expect(phone.locator("#month-name")).to_have_text(name)


def test_other_trainer_is_told_nothing(signed_in, session, trainer):
    assign_trainer(session, trainer=trainer, by=User.objects.get(email="campaign@demo.example"))
    other = User.objects.get(email="booker@demo.example")
    register_trainer(other, courses=[session.course])

    page = signed_in("booker")

    for address in (f"/kursholder/{session.pk}/", f"/kursholder/{session.pk}/kalender.ics"):
        assert page.request.get(address).status == 404
    page.goto("/kursholder/")
    expect(page.get_by_text(COURSE)).to_have_count(0)


def test_calendars_follow_a_meeting_that_is_moved_and_cancelled(signed_in, session, trainer, accessible):
    assign_trainer(session, trainer=trainer, by=User.objects.get(email="campaign@demo.example"))
    booking = session.bookings.get()
    left = ParticipantFactory(booking=booking, name="Per Vik", email="per@bodo.test")
    send_confirmation(booking)
    for participant in booking.participants.all():
        welcome(participant)
    cancel_invitations(participant=left)
    send_all_due()
    invited = {email: parts(text, "UID", "SEQUENCE") for email, text in calendar_mail("REQUEST").items()}
    phone = signed_in("trainer", width=390)
    phone.get_by_text("Mer", exact=True).click()
    phone.get_by_role("link", name="Abonnement eller invitasjoner").click()
    accessible(phone)
    closed = phone.get_by_label("Kopier denne inn i kalenderen din").input_value()
    phone.get_by_role("button", name="Lag en ny adresse og steng den gamle").click()
    expect(phone.get_by_text("Du har fått en ny adresse. Den gamle virker ikke lenger.")).to_be_visible()
    address = phone.get_by_label("Kopier denne inn i kalenderen din").input_value()
    assert phone.request.get(closed).status == 410
    uid = Meeting.objects.get().uid
    assert parts(phone.request.get(address).text(), "UID", "SEQUENCE") == [uid, "0"]
    assert invited == {email: [uid, "0"] for email in ("kari@bodo.test", "ase@bodo.test", "per@bodo.test")}

    staff = signed_in("campaign")
    staff.goto(session.get_staff_url())
    staff.get_by_role("link", name="Endre", exact=True).click()
    accessible(staff)
    meeting = staff.get_by_role("group", name="Møte 1")
    meeting.get_by_label("Dag").fill(f"{timezone.localdate() + timedelta(days=41):%Y-%m-%d}")
    meeting.get_by_label("Slutter").fill("08:00")
    staff.get_by_role("button", name="Lagre endringene").click()
    expect(staff.get_by_text("Møtet må slutte etter at det begynner.").first).to_be_visible()
    meeting.get_by_label("Slutter").fill("15:00")
    staff.get_by_role("button", name="Lagre endringene").click()
    expect(staff.get_by_text("Endringen er lagret.")).to_be_visible()
    send_all_due()

    start = f"{in_days(41):%Y%m%dT090000}"
    assert parts(phone.request.get(address).text(), "UID", "SEQUENCE", "DTSTART") == [uid, "1", start]
    for email in ("kari@bodo.test", "ase@bodo.test"):
        moved = Message.objects.filter(to_email=email, kind="invitation-change").get()
        assert parts(moved.calendar, "UID", "SEQUENCE", "DTSTART") == [uid, "1", start]
    assert not Message.objects.filter(to_email="per@bodo.test", kind="invitation-change").exists()

    staff.get_by_role("link", name="Avlys gjennomføringen").click()
    accessible(staff)
    expect(staff.locator("dl.summary dt", has_text="Kontaktpersoner: 1")).to_be_visible()
    before = Message.objects.order_by("-pk").values_list("pk", flat=True).first()
    staff.get_by_role("button", name="Avlys gjennomføringen").click()
    expect(staff.get_by_text("Gjennomføringen er avlyst.")).to_be_visible()
    send_all_due()

    told = Message.objects.filter(pk__gt=before, calendar_method="CANCEL", state=Message.State.STAYED)
    assert {mail.to_email: parts(mail.calendar, "UID", "SEQUENCE") for mail in told} == {
        email: [uid, "2"] for email in ("kari@bodo.test", "ase@bodo.test")
    }
    assert parts(phone.request.get(address).text(), "UID", "SEQUENCE", "STATUS") == [uid, "2", "CANCELLED"]
    phone.goto("/kursholder/")
    expect(phone.get_by_role("region", name="Kommende kurs").get_by_text("Avlyst")).to_be_visible()
    accessible(phone)
    assert Session.objects.get().state == Session.State.CANCELLED


def test_participant_reads_the_invitation_in_the_mailbox(signed_in, new_page, session, accessible):
    welcome(session.bookings.get().participants.get())
    send_all_due()
    phone = new_page(width=390)
    phone.goto("/demo/postkasse/?to=ase@bodo.test")
    accessible(phone)

    phone.get_by_role("link", name=re.compile("Du er påmeldt")).click()

    accessible(phone)
    expect(phone.get_by_text("Hei, Åse Ødegård!")).to_be_visible()
    expect(phone.get_by_role("main").get_by_text(COURSE)).to_have_count(0)
    with phone.expect_download() as download:
        phone.get_by_role("link", name="invite.ics").click()
    content = download.value.path().read_bytes().decode()
    assert parts(content, "SUMMARY", "ATTENDEE") == ["Kurs – Bodø", "mailto:ase@bodo.test"]
    file = phone.request.get(phone.locator("a[href*='/deltaker/'][href$='/kalender.ics']").get_attribute("href"))
    assert parts(file.text(), "UID", "SEQUENCE") == parts(content, "UID", "SEQUENCE")
    assert re.fullmatch(r'attachment; filename="kurs-[\d-]{10}\.ics"', file.headers["content-disposition"])
    phone.locator("a[href*='/deltaker/'][href$='/']").click()
    expect(phone.get_by_role("heading", level=1)).to_be_visible()
    accessible(phone)
