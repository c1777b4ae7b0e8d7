"""A visitor asks to be told of new dates, is told, and stops it."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import DateAlert
from courses.services.date_alerts import tell_of_new_dates
from municipalities.models import Municipality
from taushet.models import Message
from taushet.services.links import fill_placeholders
from tests.factories.courses import CourseFactory, SessionFactory

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def links_in_mail(kind):
    return re.findall(r"https?://\S+", fill_placeholders(Message.objects.filter(kind=kind).latest("pk").text))


@pytest.mark.parametrize(("width", "scripts"), [(1280, True), (390, False)])
def test_from_an_empty_list_to_a_mail_with_dates_and_out_again(norway, new_page, accessible, width, scripts):
    check = accessible if scripts else lambda page: None
    course = CourseFactory()
    page = new_page(width=width, scripts=scripts)
    page.goto("/kurs/")
    page.locator(".empty-state").get_by_role("link", name="Få beskjed om nye datoer").click()
    form = page.locator("#varsel form")
    form.get_by_label("Fylke").select_option("Nordland")
    form.get_by_label("E-post").fill("kari")
    check(page)
    form.get_by_role("button", name="Gi meg beskjed").click()
    expect(page.locator("form .ds-validation-message")).to_be_visible()
    expect(page.get_by_label("Fylke")).to_have_value("18")
    check(page)
    page.get_by_label("E-post").fill("kari@bodo.test")
    page.get_by_role("button", name="Gi meg beskjed").click()
    expect(page.locator("p.message")).to_contain_text("kari@bodo.test")

    page.goto(links_in_mail("date-alert-confirm")[0])
    check(page)
    page.get_by_role("button", name="Ja, gi meg beskjed").click()
    expect(page.locator("p.message")).to_have_text("Du får en e-post når det kommer nye datoer.")
    expect(page.locator(".empty-state")).to_be_visible()
    check(page)

    place = Municipality.objects.get(name="Bodø")
    SessionFactory(course=course, municipality=place, opened_at=timezone.now())
    assert tell_of_new_dates(timezone.now() + timedelta(hours=2)) == 1
    news, stop = links_in_mail("date-alert-news")
    page.goto(news)
    check(page)
    page.locator(".session-row a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(course.title_nb)

    page.goto(stop)
    check(page)
    assert DateAlert.objects.live().exists()
    page.get_by_role("button", name="Stopp beskjedene").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du får ikke lenger beskjed om nye datoer")
    check(page)
    assert not DateAlert.objects.live().exists()
