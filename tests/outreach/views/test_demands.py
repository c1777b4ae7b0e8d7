import re
from datetime import date

import pytest
from django.conf import settings

from outreach.models import DemandVersion, LegalHook
from outreach.services.demands.demand_status import change_status
from outreach.services.demands.demands import load_demands
from taushet.services.sending import send_all_due
from tests.factories.municipalities import CountyFactory, MunicipalityFactory
from tests.factories.outreach import demand_version, indicators, place
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_approvals import approved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def outgoing(settings):
    settings.OUTGOING_MAIL = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


def speak(client, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language


@pytest.mark.parametrize("count", [1, 3])
def test_anybody_reads_the_demands_at_one_cost(client, django_assert_num_queries, count):
    for number in range(1, count + 1):
        demand_version(number=number)

    with django_assert_num_queries(4):
        response = client.get("/krav/")

    assert [(row.title, progress.asked) for row, progress in response.context["rows"]] == [("title nb", 0)] * count


@pytest.mark.parametrize("count", [1, 3])
def test_a_demand_shows_who_has_received_it_at_one_cost(client, outgoing, django_assert_num_queries, count):
    county = CountyFactory()  # one for all, since the list is by county first
    approved(*[place(name=f"Kommune {number}", county=county) for number in range(count)])
    send_all_due()

    with django_assert_num_queries(12):
        response = client.get("/krav/krav-1/")

    assert f"0 municipalities yes, {count} no, 0 unknown to us" in response.text

    assert [letter.municipality.name for letter in response.context["received"]] == [
        f"Kommune {number}" for number in range(count)
    ]


def test_a_demand_that_has_not_left_is_not_said_to_have_been_received(client):
    asker = place()
    approved(asker)
    send_all_due()

    assert list(client.get("/krav/krav-1/").context["received"]) == []
    assert "The municipality has not received any demand from us yet." in client.get(f"/kommuner/{asker.pk}/").text


def test_the_page_of_a_municipality_names_what_it_has_received(client, outgoing):
    asker, other = place(), place()
    approved(asker)
    send_all_due()

    assert "sent 23\N{NO-BREAK SPACE}November 2026" in client.get(f"/kommuner/{asker.pk}/").text
    assert "has not received any demand" in client.get(f"/kommuner/{other.pk}/").text


def test_no_letter_and_no_address_of_an_office_is_public(client, outgoing):
    asker = place()
    approved(asker)
    send_all_due()

    for url in ("/krav/", "/krav/krav-1/", f"/kommuner/{asker.pk}/"):
        assert "post@k" not in client.get(url).text


@pytest.mark.parametrize("slug", ["finnes-ikke", "krav-9"])
def test_a_guessed_demand_is_not_there(client, slug):
    demand_version()

    assert client.get(f"/krav/{slug}/").status_code == 404


def test_a_withdrawn_demand_leaves_the_list_and_keeps_its_page(client):
    version = demand_version()
    reasons = {"reason_nb": "Erstattet av krav 2.", "reason_nn": "Avløyst av krav 2."}
    change_status(version.demand, "withdrawn", by=UserFactory(), on=date(2026, 11, 2), **reasons)

    assert client.get("/krav/").context["rows"] == []
    page = client.get("/krav/krav-1/").text
    assert "Withdrawn" in page
    assert "Erstattet av krav 2." in page
    assert "2\N{NO-BREAK SPACE}November 2026" in page


def test_a_hook_that_is_repealed_is_not_shown_as_law_in_force(client):
    demand_version(valid_to=date(2026, 1, 1))

    page = client.get("/krav/krav-1/").text
    assert "No longer in force from 1\N{NO-BREAK SPACE}January 2026." in page
    for text in (page, client.get("/krav/krav-1/1/").text):
        assert re.search(r'data-color="warning">\s*No longer in force\s*</span>', text)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_the_demand_is_read_in_the_language_of_the_page(client, language):
    MunicipalityFactory()
    indicators()
    load_demands()
    speak(client, language)

    page = client.get("/krav/plan-og-opplaering/").text

    titles = {
        "nb": "Ha en handlingsplan mot vold i nære relasjoner, og gi de ansatte opplæring",
        "nn": "Ha ein handlingsplan mot vald i nære relasjonar, og gi dei tilsette opplæring",
        "en": "Have an action plan against violence in close relationships, and train your staff",
    }
    assert [code for code, title in titles.items() if title in page] == [language]


def test_no_text_we_start_with_makes_a_plan_a_duty_or_cites_what_is_repealed():
    indicators()
    load_demands()

    texts = " ".join(
        getattr(version, f"{field}_{code}")
        for version in DemandVersion.objects.all()
        for field in ("text", "letter")
        for code in ("nb", "nn")
    )
    cited = " ".join(LegalHook.objects.values_list("citation_nb", flat=True))
    assert "ikke lovpålagt" in texts
    assert "ikkje lovpålagd" in texts
    assert "§ 8" not in texts + cited
    assert LegalHook.objects.get(key="bufdir-handlingsplan").is_binding is False
