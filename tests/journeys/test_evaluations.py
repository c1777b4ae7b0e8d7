"""An evaluation from the mail to the figures staff reads."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import EvaluationAnswer
from courses.services import evaluations
from taushet.models import Message
from taushet.services.mime import build_email
from tests.courses.services.test_evaluations import answers, held, person
from tests.factories.taushet import StaffFactory

from .test_calendar import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.main_job
@pytest.mark.parametrize(("width", "language", "scripts"), [(390, "nn", False), (1280, "nb", True)])
def test_evaluation_is_answered_without_a_name(new_page, site, accessible, width, language, scripts):
    send, thanks, wrong = {
        "nb": ("Send svarene", "Takk for svarene", "Velg et tall fra 1 til 5."),
        "nn": ("Send svara", "Takk for svara", "Vel eit tal frå 1 til 5."),
    }[language]
    session = held(course__title_nb="Når hjemmet er farlig")
    person(session)
    evaluations.ask_for_evaluations()
    mail = build_email(Message.objects.order_by("due_at").first(), first_tried_at=timezone.now())
    address = re.search(r"http\S+/evaluering/\S+", mail.body)[0]

    page = new_page(width=width, language=language, scripts=scripts)
    page.goto(address)
    page.get_by_role("button", name=send).click()
    expect(page.get_by_text(wrong).first).to_be_visible()
    expect(page.get_by_text("Når hjemmet er farlig")).to_have_count(0)
    if scripts:
        accessible(page)
    for name, number in (("useful", 5), ("sure_to_ask", 4), ("sure_to_act", 4)):
        page.locator(f"input[name={name}][value='{number}']").check()
    page.get_by_role("button", name=send).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(thanks)
    if scripts:
        accessible(page)
    page.goto(address)
    expect(page.get_by_role("button", name=send)).to_have_count(0)
    assert EvaluationAnswer.objects.count() == 1


@pytest.mark.parametrize(("width", "language"), [(390, "nn"), (1280, "nb")])
def test_staff_reads_nothing_of_four_and_averages_of_five(new_page, site, client, accessible, width, language):
    session = held()
    person(session)
    evaluations.ask_for_evaluations()
    round_ = session.evaluation_rounds.get(wave="after")
    answers(round_, 4, text="Mer tid")
    evaluations.release_answers()
    page = signed_in(new_page(width=width, language=language), StaffFactory(), site)

    page.goto("/stab/kurs/evaluering/")
    expect(page.get_by_role("table")).to_have_count(0)
    accessible(page)

    answers(round_, 1)
    evaluations.release_answers()
    page.reload()
    expect(page.get_by_role("table")).to_have_count(3)
    expect(page.get_by_text("Mer tid").first).to_be_visible()
    accessible(page)
