"""The mails of a course and of a booking as staff and bookers meet them, and material for afterwards."""

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import BookingMessage, MailRule, MailText, Material, PlannedMail
from courses.services.assignments import assign_trainer
from courses.services.messages import send_own_link, tell_confirmed
from courses.services.planned_mails import follow_booking
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, CourseFactory, ParticipantFactory, SessionFactory, TrainerFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory(roles=["campaign"]))


def page_of(course, word="paminnelse", name="staff_course_mail_update"):
    return reverse(f"courses:{name}", args=[course.slug, word])


def typed(**fields):
    return {"is_on": "on", "amounts": "1", "unit": "days", "text_nb": "", "text_nn": "", "text_en": ""} | fields


def text_of(response):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def errors_of(response):
    return {name: list(errors) for name, errors in response.context["form"].errors.items()}


def test_list_tells_when_each_goes_and_which_have_own_texts(client, staff):
    course = CourseFactory()
    MailText.objects.create(course=course, kind="reminder", language="nb", text="Eget.")
    MailRule.objects.create(course=course, kind="joining", is_on=False, amounts=[3], unit="days")

    response = client.get(reverse("courses:staff_course_mails", args=[course.slug]))

    shown = {row["word"]: (row["when"], row["is_on"], row["languages"]) for row in response.context["rows"]}
    assert shown["mangler-navn"] == ("14 og 4 dager før.", True, [])
    assert shown["paminnelse"] == ("1 dag før.", True, ["nb"])
    assert shown["tid-og-sted"] == ("3 dager før.", False, [])
    assert shown["materiell"] == ("2 timer etter siste møte.", True, [])


def test_saved_text_and_times_are_used_and_what_is_planned_follows(client, staff):
    booking = BookingFactory()
    follow_booking(booking)
    course = booking.session.course

    response = client.post(page_of(course), typed(text_nn="Hugs dette.", amounts="5"))
    run_all_due_jobs()

    assert response.url == reverse("courses:staff_course_mails", args=[course.slug])
    assert list(MailText.objects.values_list("kind", "language", "text")) == [("reminder", "nn", "Hugs dette.")]
    ahead = booking.session.first_starts_at - PlannedMail.objects.get(kind="reminder").due_at
    assert round(ahead / timedelta(days=1)) == 5


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"text_nb": "Hei, {{ navn }}!"}, {"text_nb": ["Linje 1 nevner navn, som ikke er kjent."]}),
        ({"amounts": ""}, {"amounts": ["Skriv et tall."]}),
        ({"amounts": "tre"}, {"amounts": ["Skriv hele tall med komma mellom, for eksempel 14, 4."]}),
        ({"amounts": "0"}, {"amounts": ["Skriv tall fra 1 til 90."]}),
        ({"amounts": "1, 2, 3, 4"}, {"amounts": ["Skriv høyst 3 tall."]}),
        ({"amounts": "-2"}, {"amounts": ["Skriv hele tall med komma mellom, for eksempel 14, 4."]}),
        (
            {"text_nb": "a\x00b"},
            {"text_nb": ["Her er det tegn som ikke kan vises. Ta dem bort, eller skriv teksten på nytt."]},
        ),
        ({"text_en": "x" * 3001}, {"text_en": ["Dette er for langt: 3001 tegn, og det er plass til 3000."]}),
    ],
)
def test_wrong_input_is_said_beside_its_field_and_nothing_is_saved(client, staff, fields, errors):
    course = CourseFactory()

    response = client.post(page_of(course), typed(**fields))

    assert errors_of(response) == errors
    assert not MailText.objects.exists()
    assert not MailRule.objects.exists()


def test_preview_shows_what_has_been_typed_and_saves_nothing(client, staff):
    booking = BookingFactory(contact_name="Kari Nordmann", seats=2)
    course = booking.session.course
    look = {"se-booking": booking.pk, "se-language": "nn"}

    response = client.post(
        page_of(course, "mangler-navn", "staff_course_mail_preview"),
        typed(text_nn="{{ missing }} plassar manglar namn.", amounts="14, 4", **look),
    )

    preview = response.context["preview"]
    assert preview["subject"] == f"Bestilling {booking.pk}: 2 plassar manglar namn"
    assert preview["text"].startswith("Hei, Kari Nordmann!\n\n2 plassar manglar namn.\n\n")
    assert "[[link" not in text_of(response)
    assert not MailText.objects.exists()
    assert not Message.objects.exists()


def test_preview_of_a_wrong_text_says_so_beside_the_field(client, staff):
    booking = BookingFactory()

    response = client.post(
        page_of(booking.session.course, name="staff_course_mail_preview"), typed(text_nb="{{ nobody }}")
    )

    assert errors_of(response) == {"text_nb": ["Linje 1 nevner nobody, som ikke er kjent."]}
    assert response.context["preview"] is None


def test_booking_of_another_course_cannot_be_looked_at(client, staff):
    mine, other = BookingFactory(contact_name="Kari"), BookingFactory(contact_name="Per")

    response = client.post(
        page_of(mine.session.course, "bekreftelse", "staff_course_mail_preview"),
        typed(**{"se-booking": other.pk, "se-language": "nb"}),
    )

    assert response.context["preview"]["text"].startswith("Hei, Kari!")


def test_course_without_a_booking_has_nothing_to_show(client, staff):
    response = client.get(page_of(CourseFactory()))

    assert "Det finnes ingen bekreftet bestilling på dette kurset å vise den med ennå." in text_of(response)


def test_kind_that_does_not_exist_is_not_found(client, staff):
    assert client.get(page_of(CourseFactory(), "tull")).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_page_do_not_grow(client, staff, django_assert_num_queries, count):
    course = CourseFactory()
    for _number in range(count):
        ParticipantFactory(booking=BookingFactory(session=SessionFactory(course=course)))

    with django_assert_num_queries(15):
        response = client.get(page_of(course))

    assert len(response.context["look"].fields["booking"].choices) == count


@pytest.fixture
def booking():
    booking = BookingFactory(contact_name="Kari Nordmann")
    ParticipantFactory(booking=booking, name="Per Hansen", email="per@bodo.test")
    tell_confirmed(booking)
    return booking


def test_contact_sees_to_whom_and_what_is_planned_but_no_address(client, booking):
    send_own_link(booking.participants.get())

    response = client.get(reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)]))

    mails = re.search(r'<section class="no-print" id="mails">.*?</section>', response.content.decode(), re.DOTALL)[0]
    assert re.findall(r"<li>([^<]+)<br>", mails) == ["Deltaker påmeldt", "Bestilling bekreftet"]
    assert "til Per Hansen" in mails
    assert "@" not in mails
    assert len(response.context["planned"]) == 4 + 4  # three evaluations and the certificate come after the course


def test_receipt_shows_no_mails(client, booking):
    response = client.get(reverse("courses:booking_detail", args=[issue_link("booking-receipt", booking.pk)]))

    assert 'id="mails"' not in response.content.decode()
    assert 'id="planned-mails"' not in response.content.decode()


def test_staff_sends_a_mail_again_once(client, staff, booking):
    Message.objects.update(state="sent", created_at=timezone.now() - timedelta(hours=1))
    row = BookingMessage.objects.get(message__kind="booking-confirmed")
    path = reverse("courses:staff_message_again", args=[booking.pk, row.pk])

    client.post(path)
    second = client.post(path, follow=True)

    assert Message.objects.filter(kind="booking-confirmed").count() == 2
    assert "Den ble sendt for noen minutter siden." in text_of(second)


def test_staff_stops_a_planned_mail_and_plans_it_again(client, staff, booking):
    planned = PlannedMail.objects.get(kind="reminder")

    client.post(reverse("courses:staff_planned_stop", args=[booking.pk, planned.pk]))
    planned.refresh_from_db()
    stopped = planned.state
    shown = client.get(booking.staff_address)
    client.post(reverse("courses:staff_planned_restart", args=[booking.pk, planned.pk]))
    planned.refresh_from_db()

    assert (stopped, planned.state) == ("stopped", "planned")
    assert "Planlegg igjen" in text_of(shown)


def test_mail_of_another_booking_is_not_found(client, staff, booking):
    other = BookingFactory()
    planned = PlannedMail.objects.get(kind="reminder")

    assert client.post(reverse("courses:staff_planned_stop", args=[other.pk, planned.pk])).status_code == 404


def test_trainer_puts_in_material_that_participants_read_on_their_page(client):
    session = SessionFactory(course__title_nb="Når hjemmet er farlig")
    trainer = TrainerFactory()
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=UserFactory())
    participant = ParticipantFactory(booking=BookingFactory(session=session))
    sign_in(client, trainer.user)

    saved = client.post(
        reverse("courses:trainer_material", args=[session.pk]), {"text": "Les https://les.example/ <b>"}
    )
    client.logout()
    page = client.get(reverse("courses:participant_material", args=[issue_link("participant", participant.pk)]))

    assert saved.url == reverse("courses:trainer_session", args=[session.pk])
    content = page.content.decode()
    assert '<a href="https://les.example/" rel="nofollow">https://les.example/</a> &lt;b&gt;' in content
    assert "farlig" not in re.search(r"<title>.*?</title>", content, re.DOTALL)[0]


def test_contact_reads_the_material_too(client):
    booking = BookingFactory()
    Material.objects.create(session=booking.session, text="Les dette.", changed_by=UserFactory())

    response = client.get(reverse("courses:booking_material", args=[issue_link("booking", booking.pk)]))

    assert "Les dette." in text_of(response)


def test_page_says_when_there_is_no_material_yet(client):
    response = client.get(
        reverse("courses:participant_material", args=[issue_link("participant", ParticipantFactory().pk)])
    )

    assert "Det er ikke noe materiell her ennå." in text_of(response)


def test_trainer_of_another_session_cannot_write(client):
    session = SessionFactory()
    sign_in(client, TrainerFactory().user)

    response = client.post(reverse("courses:trainer_material", args=[session.pk]), {"text": "Nei"})

    assert (response.status_code, Material.objects.count()) == (404, 0)


def test_the_second_editor_of_a_mail_sees_what_is_different_and_saves_when_sure(client, staff):
    course = CourseFactory()
    first = {"opened": client.get(page_of(course)).context["opened"]}
    client.post(page_of(course), typed(text_nb="Deres tekst.", amounts="5, 2") | first)

    second = client.post(page_of(course), typed(text_nb="Min tekst.") | first)
    stopped = MailText.objects.get().text
    again = client.post(page_of(course), typed(text_nb="Min tekst.", opened=second.context["opened"]))

    rows = [(row["opened"], row["theirs"], row["mine"]) for row in second.context["difference"]["rows"]]
    assert rows == [("1", "5, 2", "1"), ("–", "Deres tekst.", "Min tekst.")]
    assert second.context["difference"]["who"] == staff
    assert "Noen andre har endret denne e-posten" in text_of(second)
    assert (stopped, again.status_code, MailText.objects.get().text) == ("Deres tekst.", 302, "Min tekst.")


def test_looking_at_a_mail_keeps_what_its_form_was_opened_with(client, staff):
    course = CourseFactory()
    first = {"opened": client.get(page_of(course)).context["opened"]}
    client.post(page_of(course), typed(text_nb="Deres tekst.") | first)

    looked = client.post(page_of(course, name="staff_course_mail_preview"), typed(text_nb="Min tekst.") | first)
    second = client.post(page_of(course), typed(text_nb="Min tekst.", opened=looked.context["opened"]))

    assert second.context["difference"] is not None
    assert MailText.objects.get().text == "Deres tekst."
