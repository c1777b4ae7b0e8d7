import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, Session
from courses.services import telling
from courses.services.assignments import assign_trainer
from courses.services.cancel_words import check_words, samples
from courses.services.mail_texts import TextRefused
from courses.services.messages import tell_confirmed
from courses.services.sessions import cancel_session
from courses.services.waiting import join_waiting_list
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.courses import BookingFactory, MeetingFactory, ParticipantFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db

WORDS = {"nb": "Rommet er stengt. Vi kommer tilbake i mai.", "nn": "Rommet er stengt. Vi kjem att i mai."}


@pytest.fixture
def session():
    """Two meetings, a contact in bokmål with a second one, one in nynorsk, a name, a trainer and a group in line."""
    session = SessionFactory(capacity=4)
    MeetingFactory(session=session, starts_at=session.first_starts_at + timezone.timedelta(days=1))
    session.last_ends_at = session.meetings.last().ends_at
    session.save()
    trainer = TrainerFactory(user__email="lerer@test.example", user__language="nn")
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=StaffFactory(), even_so=True)
    second = {"second_name": "Per", "second_email": "per@bodo.test"}
    booking = BookingFactory(session=session, contact_email="kari@bodo.test", **second)
    ParticipantFactory(booking=booking, email="ola@bodo.test")
    other = BookingFactory(session=session, contact_email="eli@voss.test", language="nn")
    for one in (booking, other):
        tell_confirmed(one)
    waiting = join_waiting_list(
        session,
        request_key="wait",
        municipality=MunicipalityFactory(),
        seats=1,
        contact_name="Vera",
        contact_email="vera@bodo.test",
        contact_phone="+4722331160",
    )
    type(waiting.waiting_place).objects.update(proved_at=timezone.now())
    run_all_due_jobs()
    Message.objects.update(state=Message.State.SENT)
    return Session.objects.get(pk=session.pk)


@pytest.mark.parametrize("more", [0, telling.AT_ONCE])
def test_words_stand_once_in_the_one_mail_of_everybody_in_the_own_language_form(session, more):
    """Also of so many that the worker writes to them."""
    session.capacity = 16
    session.save()
    booking = BookingFactory(session=session, contact_email="mange@bodo.test", seats=12)
    people = ParticipantFactory.create_batch(more, booking=booking)
    tell_confirmed(booking)
    run_all_due_jobs()
    before = Message.objects.latest("pk").pk

    cancel_session(session, by=StaffFactory(), words=WORDS)
    run_all_due_jobs()
    cancel_session(session, by=StaffFactory(), words={"nb": "Noe annet."})

    told: dict[str, list[str]] = {}
    for message in Message.objects.filter(pk__gt=before):
        told.setdefault(message.to_email, []).extend(word for word in WORDS.values() if word in message.text)
    assert told == {
        "kari@bodo.test": [WORDS["nb"]],
        "per@bodo.test": [WORDS["nb"]],
        "ola@bodo.test": [WORDS["nb"]],
        "vera@bodo.test": [WORDS["nb"]],
        "eli@voss.test": [WORDS["nn"]],
        "mange@bodo.test": [WORDS["nb"]],
        "lerer@test.example": [WORDS["nn"]],
        **{person.email: [WORDS["nb"]] for person in people},
    }


def test_who_reads_a_language_form_without_words_gets_those_in_bokmal(session):
    cancel_session(session, by=StaffFactory(), words={"nb": "Rommet er stengt."})

    texts = Message.objects.filter(to_email="eli@voss.test").values_list("text", flat=True)
    assert sum("Rommet er stengt." in text for text in texts) == 1


def test_a_sample_is_what_is_sent_and_stores_nothing(session):
    shown = {
        (one.role, one.language): (one.subject, one.text) for one in samples([session], WORDS, Booking.objects.all())
    }
    session.refresh_from_db()
    assert (session.state, session.cancel_words) == ("open", {})
    before = Message.objects.latest("pk").pk

    cancel_session(session, by=StaffFactory(), words=WORDS)

    sent = Message.objects.filter(pk__gt=before)
    addresses = {
        ("Kontaktpersoner", "nb"): "kari@bodo.test",
        ("Kontaktpersoner", "nn"): "eli@voss.test",
        ("Deltakere", "nb"): "ola@bodo.test",
        ("På ventelisten", "nb"): "vera@bodo.test",
        ("Kursholdere", "nn"): "lerer@test.example",
    }
    second = shown.pop(next(key for key in shown if key not in addresses))
    assert "Rommet er stengt." in second[1]
    assert shown == {
        role: sent.filter(to_email=email).order_by("pk").values_list("subject", "text")[0]
        for role, email in addresses.items()
    }


def test_words_name_no_course_and_hold_no_variables(session):
    title = session.course.title_nb

    for text in (f"{title} er avlyst.", "Hei {{ name }}"):
        with pytest.raises(TextRefused):
            check_words([session.course], text)


def test_staff_sees_the_mails_before_words_are_sent_and_a_second_click_does_nothing(client, session, english):
    sign_in(client, StaffFactory())
    url = reverse("courses:staff_session_cancel", args=[session.pk])
    before = Message.objects.count()

    named = client.post(url, {"words_nb": session.course.title_nb})
    page = client.post(url, {"words_nb": WORDS["nb"]})
    changed = client.post(url, {"words_nb": "Noe annet.", "shown": page.context["form"].as_shown})
    nothing_yet = Message.objects.count()
    for _click in range(2):
        done = client.post(url, {"words_nb": WORDS["nb"], "shown": page.context["form"].as_shown}, follow=True)

    assert named.context["form"].errors.keys() == {"words_nb"}
    assert page.text.count(WORDS["nb"]) == 6 + 2  # each role and language form, the field, and what was shown
    assert "Noe annet." in changed.context["preview"][0].text
    assert nothing_yet == before
    assert "The session is cancelled." in done.text
    texts = Message.objects.filter(to_email="kari@bodo.test").values_list("text", flat=True)
    assert sum(WORDS["nb"] in text for text in texts) == 1


def test_words_go_along_when_several_sessions_are_cancelled_at_once_and_are_looked_at_first(client, session, english):
    other = SessionFactory()
    tell_confirmed(BookingFactory(session=other, contact_email="siv@bodo.test"))
    over = SessionFactory(state="held")
    sign_in(client, StaffFactory())
    url = reverse("courses:staff_session_choice")
    chosen = {"handling": "avlys", "valgt": [session.pk, other.pk, over.pk]}
    before = Message.objects.latest("pk").pk

    named = client.post(url, chosen | {"words_nb": f"{other.course.title_nb} er avlyst."})
    page = client.post(url, chosen | {"words_nb": WORDS["nb"]})
    shown = page.context["form"].as_shown
    changed = client.post(url, chosen | {"words_nb": "Noe annet.", "shown": shown})
    nothing_yet = Message.objects.filter(pk__gt=before).count()
    for _click in range(2):
        done = client.post(url, chosen | {"words_nb": WORDS["nb"], "shown": shown}, follow=True)

    assert named.context["form"].errors.keys() == {"words_nb"}
    assert len(page.context["preview"]) == 6
    assert all(WORDS["nb"] in sample.text for sample in page.context["preview"])
    assert "Noe annet." in changed.context["preview"][0].text
    assert nothing_yet == 0
    assert "Nothing was changed." in done.text
    told = Message.objects.filter(pk__gt=before, text__contains=WORDS["nb"]).values_list("to_email", flat=True)
    names = "eli@voss.test kari@bodo.test lerer@test.example ola@bodo.test per@bodo.test siv@bodo.test vera@bodo.test"
    assert sorted(told) == names.split()
