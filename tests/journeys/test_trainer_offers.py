"""Staff opens a call, two trainers answer on their phones: one gets the session, the other is told."""

import re
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Session
from courses.services.assignments import assign_trainer
from courses.services.trainers import register_trainer
from taushet.models import Message, User
from taushet.services.sending import send_all_due
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import TrainerUserFactory

from . import people

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

COURSE = "Når hjemmet er farlig"


@pytest.fixture
def session(signed_in):
    starts = timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=40), time(9)))
    return SessionFactory(
        course__title_nb=COURSE,
        course__title_nn="Når heimen er farleg",
        municipality=MunicipalityFactory(name="Bodø"),
        first_starts_at=starts,
        last_ends_at=starts + timedelta(hours=6),
    )


@pytest.fixture
def karim(session):
    return register_trainer(User.objects.get(email="trainer@demo.example"), courses=[session.course])


@pytest.fixture
def tone(session):
    user = TrainerUserFactory(name="Tone Tangen", email="tone@bodo.test", language="nn")
    return register_trainer(user, courses=[session.course])


def page_in_mail(email):
    """The address in the mail that asks."""
    mail = Message.objects.get(kind="trainer-asked", to_email=email)
    assert mail.state == Message.State.STAYED
    return re.search(r"^(http\S+/kursholder/tilbud/\d+/)$", mail.text, re.MULTILINE)[1]


@pytest.mark.main_job
def test_one_of_two_who_are_called_gets_the_session_and_the_other_is_told(
    signed_in, new_page, site, session, karim, tone, accessible
):
    staff = signed_in("campaign")
    staff.goto("/stab/")
    staff.get_by_role("link", name=re.compile(f"{COURSE}, Bodø")).click()
    accessible(staff)
    staff.get_by_role("link", name="Spør alle det passer for").click()
    expect(staff.get_by_role("region", name="Kursholder").get_by_role("listitem")).to_have_count(2)
    accessible(staff)
    staff.get_by_label("Tid til å svare").select_option(label="Én virkedag")
    staff.get_by_role("button", name="Spør dem").click()
    expect(staff.get_by_text("2 kursholdere er spurt.")).to_be_visible()
    accessible(staff)
    send_all_due()

    # A phone without scripts, from the mail and through the sign-in; another one in nynorsk.
    first = people.signed_in(new_page(width=390, scripts=False), karim.user, site)
    second = people.signed_in(new_page(width=390, language="nn"), tone.user, site)
    first.goto(page_in_mail("trainer@demo.example"))
    second.goto("/kursholder/")
    second.get_by_role("region", name="Du er spurd").get_by_role("link").click()
    accessible(second)
    first.get_by_role("button", name="Ja, jeg tar det").click()
    expect(first.get_by_text("Takk! Oppdraget er ditt")).to_be_visible()
    second.get_by_role("button", name="Ja, eg tek det").click()

    expect(second.get_by_text("Ein annan var først ute")).to_be_visible()
    accessible(second)
    expect(second.get_by_role("region", name="Du er spurd")).to_have_count(0)
    told = Message.objects.get(kind="trainer-offer-closed")
    assert (told.to_email, told.subject.partition(":")[0]) == ("tone@bodo.test", "Vi treng ikkje svar likevel")
    assert list(Message.objects.filter(kind="trainer").values_list("to_email", flat=True)) == ["trainer@demo.example"]
    staff.reload()
    expect(staff.get_by_role("article").get_by_role("listitem")).to_contain_text(["Sa ja", "Andre var først"])


def test_ill_today_finds_who_could_step_in(signed_in, new_page, site, session, karim, tone, accessible):
    now = timezone.now()
    starts, ends = now - timedelta(minutes=1), now + timedelta(minutes=10)
    session.meetings.update(starts_at=starts, ends_at=ends)
    Session.objects.update(first_starts_at=starts, last_ends_at=ends)
    assign_trainer(session, trainer=karim, by=User.objects.get(email="campaign@demo.example"))
    phone = people.signed_in(new_page(width=390), karim.user, site)
    phone.goto("/kursholder/")
    accessible(phone)
    phone.get_by_role("link", name="Jeg er syk i dag").click()
    accessible(phone)
    phone.get_by_role("button", name="Jeg kan ikke komme i dag").click()
    expect(phone.get_by_text("Kampanjestaben har fått beskjed")).to_be_visible()

    staff = signed_in("campaign")
    staff.goto(
        re.search(r"^http\S+/bemanning/$", Message.objects.filter(kind="trainer-staff").first().text, re.MULTILINE)[0]
    )
    accessible(staff)
    staff.get_by_role("button", name="Spør 1 nå").click()
    expect(staff.get_by_text("1 kursholder er spurt.")).to_be_visible()
    expect(staff.get_by_role("region", name="Har trukket seg").get_by_role("listitem")).to_contain_text("Karim Kleiva")
