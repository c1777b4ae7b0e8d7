import pytest

from courses.models import MailKind, MailRule, MailText
from courses.services.discretion import choose_for_booking
from courses.services.due_mails import write_due_mails
from courses.services.evaluations import ask_for_evaluations
from courses.services.mail_previews import preview_mail
from courses.services.mail_texts import TextRefused, change_mail, rules_of, texts_of
from courses.services.messages import send_confirmation
from courses.services.planned_mails import follow_booking
from taushet.models import AuditEntry, Message
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

DAYS = MailRule.Unit.DAYS


def say(course, kind, text, language="nb"):
    change_mail(course, kind, by=StaffFactory(), texts={language: text}, is_on=True, amounts=[], unit=DAYS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Hei, {{ navn }}!", "Linje 1 nevner navn, som ikke er kjent."),
        ("Hei!\n{{ booking.contact_email }}", "Linje 2 nevner booking.contact_email, som ikke er kjent."),
        ("{% for x in name %}{% endfor %}", "Linje 1 gjør noe en tekst ikke kan gjøre."),
        ("[[link:booking:1]]", "En tekst kan ikke inneholde private lenker."),
    ],
)
def test_text_says_only_what_is_known(text, sentence):
    course = CourseFactory()

    with pytest.raises(TextRefused) as refusal:
        say(course, MailKind.REMINDER, text)

    assert (str(refusal.value), refusal.value.field) == (sentence, "text_nb")
    assert not MailText.objects.exists()


def test_text_does_not_name_the_course():
    course = CourseFactory(title_nb="Når hjemmet er farlig")

    with pytest.raises(TextRefused, match="course"):
        say(course, MailKind.REMINDER, "Velkommen til NÅR HJEMMET ER FARLIG!")


def test_own_text_stands_in_the_mail_with_its_values_and_the_links_stay():
    booking = BookingFactory(contact_name="Kari Nordmann", municipality=MunicipalityFactory(name="Bodø"), seats=4)
    say(
        booking.session.course,
        MailKind.CONFIRMATION,
        "Kjære {{ name }}!\n\n{{ seats }} plasser til {{ municipality }}.",
    )

    send_confirmation(booking)

    text = Message.objects.get().text
    assert "Kjære Kari Nordmann!\n\n4 plasser til Bodø.\n\n" in text
    assert f"[[link:booking:{booking.pk}]]" in text
    assert Message.objects.get().subject == f"Bestilling {booking.pk} er bekreftet"


def test_other_languages_keep_the_usual_text():
    booking = BookingFactory(language="nn")
    say(booking.session.course, MailKind.CONFIRMATION, "Eigen tekst på bokmål.")

    send_confirmation(booking)

    assert "Eigen tekst" not in Message.objects.get().text


@pytest.mark.parametrize(("shows", "title"), [(False, "Fagdag"), (True, "Når hjemmet er farlig")])
def test_name_of_the_course_is_told_only_those_who_chose_it(shows, title):
    session = SessionFactory(course__title_nb="Når hjemmet er farlig", neutral_title="Fagdag")
    booking = BookingFactory(session=session, shows_course_name=shows)
    say(session.course, MailKind.CONFIRMATION, "Velkommen til {{ course }}.")

    send_confirmation(booking)

    assert f"Velkommen til {title}." in Message.objects.get().text


def test_value_typed_like_a_link_opens_nothing():
    booking = BookingFactory(contact_name="[[link:booking:7]] {{ seats }}")
    say(booking.session.course, MailKind.CONFIRMATION, "Hei, {{ name }}.")

    send_confirmation(booking)

    assert "Hei, [ [link:booking:7]] {{ seats }}." in Message.objects.get().text


def test_own_text_of_a_reminder_reaches_those_who_are_reminded():
    booking = BookingFactory(seats=1)
    ParticipantFactory(booking=booking, name="Kari", email="kari@bodo.test")
    say(booking.session.course, MailKind.REMINDER, "Ta med matpakke, {{ name }}. Vi er på {{ place }}.")
    follow_booking(booking)

    write_due_mails(booking.planned_mails.get(kind="reminder").due_at)

    assert (
        "Ta med matpakke, Kari. Vi er på Rådhuset."
        in Message.objects.get(kind="reminder", to_email="kari@bodo.test").text
    )


def test_empty_text_gives_back_the_usual_one():
    course = CourseFactory()
    say(course, MailKind.REMINDER, "Eget.")

    say(course, MailKind.REMINDER, "")

    assert texts_of(course.pk) == {}


def test_what_cannot_be_off_stays_on():
    course = CourseFactory()

    change_mail(course, MailKind.CANCELLATION, by=StaffFactory(), texts={}, is_on=False, amounts=[], unit=DAYS)

    assert rules_of(course.pk)[MailKind.CANCELLATION].is_on


def test_change_is_kept_in_the_log_without_the_text():
    course, staff = CourseFactory(), StaffFactory()

    change_mail(course, MailKind.REMINDER, by=staff, texts={"nb": "Eget."}, is_on=False, amounts=[2], unit=DAYS)

    entry = AuditEntry.objects.get(action="course.mail_changed")
    assert (entry.actor, entry.detail) == (
        staff,
        {"mail": "reminder", "own_texts": ["nb"], "is_on": False, "amounts": [2], "unit": "days"},
    )


def test_course_that_asks_for_no_evaluation_sends_none():
    booking = BookingFactory(session__state="held")
    ParticipantFactory(booking=booking)
    session = booking.session
    change_mail(session.course, MailKind.EVALUATION, by=StaffFactory(), texts={}, is_on=False, amounts=[], unit=DAYS)

    asked = ask_for_evaluations(session.last_ends_at.replace(hour=23))

    assert (asked, Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_kind_can_be_looked_at_in_every_language(kind, language):
    booking = BookingFactory(session__course__title_nb="Når hjemmet er farlig")
    texts = {(kind, language): "Egen tekst til {{ name }} om {{ course }}, {{ date }}, {{ missing }}."}

    usual = preview_mail(kind, booking, language=language, texts={})
    own = preview_mail(kind, booking, language=language, texts=texts)

    assert own[0] == usual[0]
    assert "Egen tekst til" in own[1]
    assert "Egen tekst" not in usual[1]
    assert "farlig" not in " ".join(usual + own)
    assert not Message.objects.exists()


def test_name_of_the_course_leaves_a_waiting_mail_when_the_booker_hides_it():
    session = SessionFactory(course__title_nb="Når hjemmet er farlig", neutral_title="Fagdag")
    booking = BookingFactory(session=session, shows_course_name=True)
    say(session.course, MailKind.CONFIRMATION, "Velkommen til {{ course }}.")
    send_confirmation(booking)

    choose_for_booking(booking, shows_course=False)

    waiting = Message.objects.get(kind="booking-confirmed")
    assert "Velkommen til Fagdag." in waiting.text
    assert "farlig" not in waiting.text + waiting.html
