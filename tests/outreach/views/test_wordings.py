"""The wordings of demands: drafted, confirmed side by side, published, and ended."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.urls import reverse

from municipalities.models import Indicator
from outreach.exceptions import NotReadyToPublish, OutreachError
from outreach.models import Demand, DemandVersion, LegalHook
from outreach.services.demands.demand_status import change_status
from outreach.services.demands.pairs import pairs_of
from outreach.services.replies.publishing import publish_draft, seen_of
from taushet.registries import today_cards
from tests.factories.outreach import demand_version, mailing, place, wording_draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def wording(version, **changes):
    names = ("title", "summary", "text", "subject", "letter")
    values = {f"{name}_{code}": getattr(version, f"{name}_{code}") for name in names for code in ("nb", "nn")}
    links = {
        "hooks": list(version.hooks.values_list("pk", flat=True)),
        "indicators": list(version.indicators.values_list("pk", flat=True)),
    }
    return values | links | {"seen": seen_of(version)} | changes


def page_of(name, slug="krav-1"):
    return reverse(f"outreach:{name}", args=[slug])


def states(version):
    return {pair.block: pair.is_confirmed for pair in pairs_of(version)}


def confirm(client, draft, *blocks):
    for pair in pairs_of(draft):
        if pair.block in (blocks or pair.block):
            client.post(page_of("wording_confirm"), {"block": pair.block, "seen_hash": pair.seen})


def test_a_new_wording_follows_the_old_one_once_both_forms_are_confirmed(client, author, said):
    old = demand_version()
    waiting = mailing(version=old)

    response = client.post(page_of("wording_update"), wording(old, title_nb="Ny tittel"), follow=True)

    draft = DemandVersion.objects.get(published_at=None)
    assert response.redirect_chain == [(page_of("wording_draft"), 302)]
    # Changing bokmål blocks nynorsk; what did not change is confirmed still, and the page shows the difference.
    assert states(draft) == {"title": False, "summary": True, "text": True, "subject": True, "letter": True}
    shown = re.sub(r'<span class="ds-sr-only">[^<]*</span>', "", response.text)
    assert "<del>title</del><ins>Ny</ins> <del>nb</del><ins>tittel</ins>" in shown
    assert [text for text, _url in today_cards["demand-drafts"].items(author)] == [
        "Demand 1: has to be confirmed in both forms"
    ]

    response = client.post(page_of("wording_publish"), {"seen_hash": seen_of(draft)}, follow=True)
    assert said(response) == ["Not every block is confirmed to say the same in bokmål and nynorsk."]
    assert DemandVersion.objects.current().get() == old

    confirm(client, draft, "title")
    confirmed = draft.confirmed_blocks.get(block="title")
    assert (confirmed.texts, confirmed.confirmed_by) == ({"nb": "Ny tittel", "nn": "title nn"}, author)
    response = client.post(page_of("wording_publish"), {"seen_hash": seen_of(draft)}, follow=True)
    assert said(response)[-1] == "The new wording is published. Mailings from now on use it."
    new = DemandVersion.objects.current().get()
    assert (new.number, new.title_nb, old.title_nb) == (2, "Ny tittel", "title nb")
    waiting.refresh_from_db()
    assert waiting.demand_version == old
    assert client.get("/krav/krav-1/1/").status_code == 200


def test_a_confirmation_is_of_what_was_seen_and_falls_with_any_change(client, author, said):
    version = demand_version()
    draft = wording_draft(version, text_nn="Teksten er endra.")
    seen = next(pair.seen for pair in pairs_of(draft) if pair.block == "text")
    draft = wording_draft(version, text_nn="Teksten er endra att.")

    response = client.post(page_of("wording_confirm"), {"block": "text", "seen_hash": seen}, follow=True)
    assert said(response) == ["The text has changed since you opened it. Read it again."]

    confirm(client, draft)
    assert all(states(draft).values())
    draft = wording_draft(version, text_nn="Teksten er endra att.", text_se="Teaksta")
    assert states(draft)["text"] is False
    with pytest.raises(NotReadyToPublish):
        publish_draft(draft, by=author, seen=seen_of(draft))


def test_a_missing_nynorsk_is_a_task_and_cannot_be_confirmed(client, author):
    version = demand_version()
    client.post(page_of("wording_update"), wording(version, letter_nn=""))
    draft = DemandVersion.objects.get(published_at=None)

    assert [text for text, _url in today_cards["demand-drafts"].items(author)] == ["Demand 1: nynorsk is missing"]
    confirm(client, draft)
    assert states(draft)["letter"] is False
    assert client.get("/stab/").text.count("Demand 1: nynorsk is missing") == 1


def test_two_people_do_not_write_over_each_other(client, author):
    version = demand_version()
    form = wording(version, title_nb="Min")
    wording_draft(version, title_nb="Din")

    response = client.post(page_of("wording_update"), form)

    assert response.context["form"].non_field_errors() == [
        "Somebody has changed the wording since you opened it. Open it again to change it."
    ]
    assert DemandVersion.objects.get(published_at=None).title_nb == "Din"


def test_a_demand_on_a_repealed_hook_is_neither_published_nor_sent(client, author, said):
    version = demand_version()
    draft = wording_draft(version)
    letters = mailing(place(), version=version)
    LegalHook.objects.update(valid_to=date(2026, 11, 23))

    response = client.post(page_of("wording_publish"), {"seen_hash": seen_of(draft)}, follow=True)

    assert said(response) == ["Loven § 1 is not in force. Choose another legal hook."]
    client.post(reverse("outreach:mailing_draft", args=[letters.pk]))
    assert [reason["why"] for reason in letters.letters.get().held_for] == ["hook_lapsed"]
    rows = client.get(reverse("outreach:hook_list")).context["rows"]
    assert [(row["is_valid"], [each.number for each in row["leaning"]]) for row in rows] == [(False, [1, 2])]
    assert [text for text, _url in today_cards["hooks"].items(author)] == ["Loven § 1 is repealed. Leaning on it: 1"]
    listed = client.get(reverse("outreach:wording_list"))
    assert [hook.citation for row in listed.context["rows"] for hook in row["lapsed"]] == ["Loven § 1"]
    assert "Source not in force" in listed.text


def test_a_hook_nobody_has_looked_up_for_half_a_year_is_a_task(client, author):
    demand_version(checked_on=date(2026, 5, 25))
    assert list(today_cards["hooks"].items(author)) == []

    LegalHook.objects.update(checked_on=date(2026, 5, 24))
    assert [text for text, _url in today_cards["hooks"].items(author)] == ["Legal hooks to look up: 1"]

    client.post(reverse("outreach:hook_check", args=["lov"]))
    assert LegalHook.objects.get().checked_on == date(2026, 11, 23)


def test_a_hook_ends_after_it_starts_and_keeps_its_key(client, author):
    demand_version()
    hook = LegalHook.objects.get()
    values = {name: getattr(hook, name) for name in ("kind", "citation_nb", "citation_nn", "meaning_nb", "url")}
    values |= {"key": "annen", "meaning_nn": "Skal alltid.", "valid_from": "2026-01-01", "valid_to": "2026-01-01"}
    url = reverse("outreach:hook_update", args=["lov"])

    assert client.post(url, values).context["form"].errors == {
        "valid_to": ["It must be later than the day it is valid from."]
    }
    client.post(url, values | {"valid_to": "2027-01-01"})
    hook.refresh_from_db()
    assert (hook.key, hook.meaning_nn, hook.valid_to) == ("lov", "Skal alltid.", date(2027, 1, 1))


def test_a_demand_is_met_only_with_what_shows_it_and_then_holds_its_letters(client, author):
    version = demand_version()
    letters = mailing(place(), version=version)
    url = page_of("demand_status")
    reasons = {"status": "met", "on": "2026-11-20", "reason_nb": "Loven er endret.", "reason_nn": "Lova er endra."}

    assert client.post(url, reasons).context["form"].non_field_errors() == ["Say what shows that the demand is met."]
    assert client.post(url, reasons | {"reason_nn": ""}).context["form"].non_field_errors() == [
        "Say why, in both bokmål and nynorsk."
    ]
    client.post(url, reasons | {"evidence": "Lov 1", "evidence_url": "https://lov.example/1"})

    demand = Demand.objects.get()
    assert (demand.status, demand.status_on, demand.evidence) == ("met", date(2026, 11, 20), "Lov 1")
    client.post(reverse("outreach:mailing_draft", args=[letters.pk]))
    assert [reason["why"] for reason in letters.letters.get().held_for] == ["demand_over"]
    with pytest.raises(OutreachError, match="future"):
        change_status(demand, "withdrawn", by=author, on=date(2026, 11, 24), reason_nb="x", reason_nn="x")


def test_a_new_demand_begins_as_a_draft_nobody_else_sees(client, author):
    client.post(reverse("outreach:demand_create"), {"number": 7, "level": "national", "slug": "nytt-krav"})
    client.post(page_of("wording_update", "nytt-krav"), {"title_nn": "Berre nynorsk"})

    assert DemandVersion.objects.get().title_nn == "Berre nynorsk"
    assert client.get("/krav/nytt-krav/").status_code == 404
    client.post(page_of("wording_discard", "nytt-krav"))
    assert not DemandVersion.objects.exists()


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (
            {"letter_nb": "{{ passord }}"},
            {"letter_nb": ["Letter in bokmål: Line 1 names passord, which is not known."]},
        ),
        ({"subject_nn": "{{ fact.finnes_ikke }}"}, ["subject_nn"]),
        ({"letter_nn": "{% for x in y %}{% endfor %}"}, ["letter_nn"]),
        ({"letter_nb": "{{ ''.__class__ }}"}, ["letter_nb"]),
        ({"letter_nb": "{{ greeting"}, ["letter_nb"]),
        ({"letter_nb": '{{ note("finnes-ikke") }}'}, ["letter_nb"]),
        ({"title_nb": "", "title_nn": ""}, {"title_nb": ["Give it a title in one of the forms."]}),
        ({"title_nn": "To\nlinjer"}, ["title_nn"]),
        ({"hooks": ["999"]}, ["hooks"]),
        ({"text_nb": "a" * 20_001}, ["text_nb"]),
    ],
)
def test_a_broken_wording_is_told_beside_its_field(client, author, changes, found):
    version = demand_version()

    response = client.post(reverse("outreach:wording_update", args=["krav-1"]), wording(version, **changes))

    errors = response.context["form"].errors
    assert errors == found if isinstance(found, dict) else found[0] in errors
    assert DemandVersion.objects.count() == 1


def test_both_forms_are_written_and_read_side_by_side_with_their_paragraphs(client, author):
    demand_version()
    form = client.get(reverse("outreach:wording_update", args=["krav-1"])).context["form"]
    assert [[field.name for field in fields] for fields in form.parts] == [
        *([f"{text}_{code}" for code in ("nb", "nn", "en", "se")] for text in ("title", "summary", "text")),
        ["hooks"],
        ["indicators"],
        ["subject_nb", "subject_nn"],
        ["letter_nb", "letter_nn"],
    ]
    pages = (settings.BASE_DIR / "templates" / "outreach").glob("*.html")
    showing = [page for page in pages if "{% differences" in page.read_text("utf-8")]
    assert showing
    # The stylesheet keeps the breaks of a text in which changes are marked.
    assert [page.name for page in showing if "outreach/outreach.css" not in page.read_text("utf-8")] == []


def test_a_letter_cannot_name_a_fact_that_is_not_asked_for(client, author):
    version = demand_version()

    response = client.post(reverse("outreach:wording_update", args=["krav-1"]), wording(version, indicators=[]))

    assert sorted(response.context["form"].errors) == ["letter_nb", "letter_nn"]
    assert Indicator.objects.count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_wordings_costs_the_same(client, author, django_assert_num_queries, count):
    for number in range(1, count + 1):
        demand_version(number=number)
    url = reverse("outreach:wording_list")
    client.get(url)

    with django_assert_num_queries(9):
        response = client.get(url)

    assert len(response.context["rows"]) == count
