"""A session that is changed so that something comes to speak against its trainer: staff says why they keep it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Assignment, Session
from courses.services.assignments import assign_trainer
from taushet.models import AuditEntry, Message
from tests.factories.courses import CourseFactory, SessionFactory, TrainerFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

WARNING = "Something speaks against Kari: is away"


@pytest.fixture
def session(client):
    """A session whose trainer is away the day after, with staff signed in."""
    session = SessionFactory(municipality=MunicipalityFactory())
    trainer = TrainerFactory(user__name="Kari", user__language="en")
    trainer.courses.add(session.course)
    assign_trainer(session, trainer=trainer, by=sign_in(client, StaffFactory(language="en")))
    day = timezone.localdate(session.first_starts_at) + timedelta(days=1)
    trainer.availability_exceptions.create(kind="away", first_on=day, last_on=day)
    return session


def kept(session):
    row = Assignment.objects.get(session=session)
    entry = AuditEntry.objects.filter(action="trainer.kept").values_list("detail", flat=True)
    return row.overridden, row.override_reason, [one["overridden"] for one in entry]


def later(session):
    starts = timezone.localtime(session.first_starts_at + timedelta(days=1))
    return {"day": f"{starts:%Y-%m-%d}", "starts": f"{starts:%H:%M}", "ends": f"{starts + timedelta(hours=3):%H:%M}"}


def test_a_move_takes_a_reason_when_it_comes_to_speak_against_the_trainer(client, session):
    meeting = session.meetings.get()
    page = reverse("courses:staff_meeting_move", args=[session.pk, meeting.pk])
    mails = Message.objects.count()
    asked = later(session)
    seen = client.get(page, asked)
    assert 'name="reason"' in seen.text
    data = asked | {"opened": seen.context["opened"]}

    refused = client.post(page, data | {"reason": " "})

    assert refused.context["form"].errors["reason"][0].startswith(WARNING)
    meeting.refresh_from_db()
    assert (meeting.starts_at, Message.objects.count()) == (session.first_starts_at, mails)
    client.post(page, data | {"reason": "Kari comes home for it."})
    meeting.refresh_from_db()
    assert meeting.starts_at == session.first_starts_at + timedelta(days=1)
    assert kept(session) == (["away"], "Kari comes home for it.", [["away"]])
    # What spoke against before the change is not asked for again.
    session.refresh_from_db()
    asked = later(session) | {"day": f"{timezone.localdate(meeting.starts_at)}", "starts": "10:00", "ends": "11:00"}
    seen = client.get(page, asked)
    assert client.post(page, asked | {"opened": seen.context["opened"]}).status_code == 302


def test_a_draft_does_not_become_a_course_its_trainer_does_not_teach(client, session):
    Session.objects.update(state=Session.State.DRAFT)
    page = reverse("courses:staff_session_update", args=[session.pk])

    refused = client.post(page, sent(client.get(page)) | {"course": CourseFactory(title_nb="Annet").pk})

    assert refused.context["form"].errors["course"] == ["Kari is not registered as a trainer for Annet."]
    assert Session.objects.get().course == session.course


def sent(shown):
    """Return what a browser sends of the form of a session with one meeting."""
    form, [row, *_more] = shown.context["form"], shown.context["meetings"].forms
    data = {name: value for name in form.fields if (value := form[name].value()) is not None}
    data |= {"meetings-TOTAL_FORMS": 1, "meetings-INITIAL_FORMS": 1, "opened": shown.context["opened"]}
    return data | {f"meetings-0-{name}": row[name].value() or "" for name in row.fields if name != "DELETE"}


def test_the_form_of_a_session_asks_for_the_reason_too(client, session):
    page = reverse("courses:staff_session_update", args=[session.pk])
    data = sent(client.get(page))
    data |= {f"meetings-0-{name}": value for name, value in later(session).items()}

    refused = client.post(page, data)

    assert refused.context["form"].non_field_errors()[0].startswith(WARNING)
    assert 'name="keep-reason"' in refused.text
    assert Session.objects.get().first_starts_at == session.first_starts_at
    empty = client.post(page, data | {"keep-reason": ""})
    assert empty.context["keep"].errors
    assert client.post(page, data | {"keep-reason": "Kari comes home for it."}).status_code == 302
    assert kept(session) == (["away"], "Kari comes home for it.", [["away"]])
