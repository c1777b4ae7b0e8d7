"""Facts of many municipalities at once: looked over, doubtful ones chosen, saved as they were seen."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from municipalities.models import Fact, FactImport
from municipalities.services.facts import set_fact
from taushet.models import AuditEntry
from tests.factories.municipalities import IndicatorFactory, MunicipalityFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = pytest.mark.django_db

PUT_IN = reverse("municipalities:fact_import")
COMMON = {"observed_on": "2026-03-01", "source": "Kartlegging 2026"}


@pytest.fixture
def staff(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return sign_in(client, StaffFactory())


@pytest.fixture
def places():
    return [MunicipalityFactory(number=number, name=name) for number, name in (("1804", "Bodø"), ("0301", "Oslo"))]


@pytest.fixture
def indicators():
    return {
        key: IndicatorFactory(key=key, name_nb=name, kind=kind, unit=unit)
        for key, name, kind, unit in (
            ("plan", "Handlingsplan", "yes_no", ""),
            ("cost", "Kostnad", "number", "kroner"),
            ("note", "Merknad", "text", ""),
            ("adopted", "Vedtatt", "date", ""),
        )
    }


def put_in(client, *lines, **changes):
    return client.post(PUT_IN, COMMON | {"text": "\n".join(lines)} | changes, follow=True)


def at(name, page):
    return reverse(f"municipalities:fact_import_{name}", args=[page.context["imported"].pk])


def again(client, page, name, /, **changes):
    """Send a preview on, as its own form would."""
    form = page.context["form"]
    data = {"seen": page.context["plan"].fingerprint, "shown": page.context["lines"].state}
    if data["shown"] == "doubtful":
        data["line"] = [step.cell.key for step in page.context["lines"].lines]
        data["use"] = sorted(page.context["lines"].chosen & set(data["line"]))
    data |= {column.name: column.initial for column in form.columns}
    if form["has_heading"].value():
        data["has_heading"] = "on"
    return client.post(at(name, page), data | changes, follow=True)


def states(page):
    return {state: count for state, count in page.context["plan"].counts.items() if count}


def standing():
    return {
        (fact.municipality_id, fact.indicator.key): fact.value
        for fact in Fact.objects.current().select_related("indicator")
    }


WIDE = (
    "Kommune\tHandlingsplan\tKostnad\tMerknad\tVedtatt",
    "Bodø kommune\tJa\t1 200,5 kroner\t=HYPERLINK(1)\t22.11.2025",
    "301\tnei\t\tukjent\t2025-01-02",
)


def test_a_wide_table_is_looked_over_saved_and_the_second_time_changes_nothing(client, staff, places, indicators):
    page = put_in(client, *WIDE)
    assert states(page) == {"new": 6}
    assert not Fact.objects.exists()

    saved = again(client, page, "save")

    assert [where for where, _status in saved.redirect_chain] == [at("detail", page)]
    assert "6 new and 0 changed values." in client.get(at("detail", page)).text  # reached by reload and Back
    assert standing() == {
        ("1804", "plan"): "yes",
        ("1804", "cost"): "1200.5",
        ("1804", "note"): "=HYPERLINK(1)",
        ("1804", "adopted"): "2025-11-22",
        ("0301", "plan"): "no",
        ("0301", "adopted"): "2025-01-02",
    }
    fact = Fact.objects.first()
    assert (fact.observed_on, fact.source, fact.entered_by) == (date(2026, 3, 1), "Kartlegging 2026", staff)
    assert AuditEntry.objects.filter(action="fact.set", actor=staff).count() == 6
    assert states(put_in(client, *WIDE)) == {"same": 6}
    later = put_in(client, *WIDE, observed_on="2026-04-01")
    assert states(later) == {"changed": 6}  # known anew is fresh anew
    again(client, later, "save")
    twice = again(client, later, "save")  # a second click, or another tab
    assert "has been saved already" in twice.text
    assert (Fact.objects.current().count(), Fact.objects.count()) == (6, 12)


def test_a_long_table_with_days_and_sources_of_its_own_from_a_spreadsheet(client, staff, places, indicators):
    book = Workbook()
    for row in (
        ["Knr", "Indikator", "Verdi", "Dato", "Kilde"],
        [1804, "Handlingsplan", "x", date(2026, 2, 2), "bodo.example"],
        ["0301 Oslo", "cost", 7.0, "", ""],
        ["Oslo", "Ukjent måltall", "1", "", ""],
    ):
        book.active.append(row)
    file = BytesIO()
    book.save(file)

    sheet = {"file": SimpleUploadedFile("fakta.xlsx", file.getvalue())}
    page = client.post(PUT_IN, COMMON | sheet, follow=True)
    assert states(page) == {"faulty": 1, "new": 2}
    other = {"source": "", "file": SimpleUploadedFile("fakta.xlsx", file.getvalue())}
    told = client.post(PUT_IN, COMMON | other, follow=True)
    assert states(told) == {"faulty": 2, "new": 1}  # the one with a source of its own needs no common one
    assert b"says no source" in told.content
    again(client, page, "save")

    facts = Fact.objects.order_by("observed_on").values_list("value", "observed_on", "source")
    assert list(facts) == [
        ("yes", date(2026, 2, 2), "bodo.example"),
        ("7", date(2026, 3, 1), "Kartlegging 2026"),
    ]


def test_the_page_shows_sources_leaves_titles_out_and_gives_an_example(client, staff, places, indicators):
    page = put_in(client, "Kartlegging 2026;;", "Kommune;Kostnad;Kilde", "Bodø;12;Rapport A")
    assert (states(page), "Rapport A" in page.text) == ({"new": 1}, True)
    assert "left out: Kartlegging 2026" in page.text.replace("\n", " ")

    program = SimpleUploadedFile("liste.exe", b"Kommune;Kostnad\nOslo;1\n")
    assert list(client.post(PUT_IN, COMMON | {"file": program}).context["form"].errors) == ["file"]
    example = b"".join(client.get(reverse("municipalities:fact_import_example"))).decode("utf-8-sig").splitlines()
    assert example[0].startswith("Kommunenr;")
    filled = put_in(client, example[0], example[1].replace("Oslo;", "Oslo;1.2.2026;", 1).removesuffix(";"))
    assert states(filled) == {"new": 1}


def test_doubtful_values_wait_until_a_person_chooses(client, staff, places, indicators):
    set_fact(places[0], indicators["plan"], value="no", observed_on=date(2026, 5, 1), source="Ring")
    MunicipalityFactory(number="5601", name="Alta")
    lines = ("Kommune;Handlingsplan;Kostnad", "Bodø;ja;1", "Oslo;ja;2", "Oslo;nei;2", "Atlantis;ja;", "Bodø;kanskje;to")
    lines += ("Alta;;1.234",)

    page = put_in(client, *lines)
    assert states(page) == {"doubtful": 4, "faulty": 3, "new": 2, "same": 1}
    assert "“1.234” is read as 1.234." in page.text
    ticked = again(client, page, "save", use=["2:plan", "4:plan"])  # without a look at what the ticks change
    assert ("Look over what it changes" in ticked.text, Fact.objects.count()) == (True, 1)
    assert states(ticked) == {"doubtful": 2, "faulty": 3, "new": 3, "changed": 1, "same": 1}
    again(client, ticked, "save")

    assert standing() == {
        ("1804", "plan"): "yes",
        ("1804", "cost"): "1",
        ("0301", "plan"): "no",
        ("0301", "cost"): "2",
    }


def test_what_changes_meanwhile_is_told(client, staff, places, indicators):
    page = put_in(client, *WIDE)
    set_fact(places[0], indicators["plan"], value="no", observed_on=date(2026, 1, 1), source="Ring")

    told = again(client, page, "save")

    assert "Facts have changed since you looked it over. This is how it looks now." in told.text
    assert (states(told), Fact.objects.count()) == ({"new": 5, "changed": 1}, 1)


def test_columns_are_chosen_by_a_person_and_what_we_count_is_not_among_them(client, staff, places, indicators):
    IndicatorFactory(key="held", name_nb="Kurs holdt", kind="number", knowledge_key="courses_held")
    page = put_in(client, "Hvor;Har plan;Kurs holdt", "Bodø;ja;3")
    assert "Choose which column says the municipality." in page.content.decode()
    assert "i:held" not in dict(page.context["form"].fields["column1"].choices)

    checked = again(client, page, "check", column0="place", column1="i:plan", has_heading="on")
    assert states(checked) == {"new": 1}
    twice = again(client, page, "check", column0="place", column1="place", has_heading="on")
    assert set(twice.context["form"].errors) == {"column1", "__all__"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "file"),
        ({"source": ""}, "source"),
        ({"observed_on": "2999-01-01"}, "observed_on"),
        ({"text": "a\x00b"}, "text"),
    ],
)
def test_what_cannot_be_read_is_told(client, staff, indicators, changes, field):
    page = put_in(client, *WIDE, **changes)

    assert list(page.context["form"].errors) == [field]


def test_a_table_is_taken_back_while_nothing_newer_is_known(client, staff, places, indicators):
    set_fact(places[0], indicators["plan"], value="no", observed_on=date(2026, 1, 1), source="Ring")
    first = again(client, put_in(client, *WIDE), "save")
    later = again(client, put_in(client, *WIDE[:2], observed_on="2026-04-01"), "save")
    assert "since something newer is known: Bodø: " in client.get(at("detail", first)).text
    refused = client.post(at("undo", first), follow=True)
    assert ("cannot be taken back" in refused.text, Fact.objects.current().count()) == (True, 6)

    for page in (later, first):
        done = client.post(at("undo", page), follow=True)
        assert "The table is taken back." in done.text

    assert standing() == {("1804", "plan"): "no"}
    assert Fact.objects.count() == 11
    assert AuditEntry.objects.filter(action="fact.taken_back", actor=staff).count() == 10
    assert "cannot be taken back any more" in client.post(at("undo", first), follow=True).text
    history = client.get(reverse("municipalities:municipality_facts", args=["1804"])).text
    assert history.count("taken back") == 8
    waiting = put_in(client, *WIDE)
    listed = client.get(reverse("municipalities:fact_import_list"))
    assert [one.summary for one in listed.context["page"]] == [
        "0 new and 0 changed values.",
        "0 new and 4 changed values.",
        "5 new and 1 changed values.",
    ]
    assert [listed.text.count(words) for words in ("Waits to be looked over", "Undone", str(staff))] == [1, 2, 4]
    thrown = client.post(at("discard", waiting), follow=True)
    assert ("Not used" in thrown.text, FactImport.objects.first().content) == (True, [])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_tables_asks_as_often_whatever_its_length(
    client, staff, places, indicators, count, django_assert_num_queries
):
    for _number in range(count):
        put_in(client, *WIDE)

    with django_assert_num_queries(8):
        client.get(reverse("municipalities:fact_import_list"))


def test_the_whole_country_is_looked_over_and_saved_in_few_queries(
    client, staff, indicators, django_assert_max_num_queries
):
    places = [MunicipalityFactory() for _number in range(357)]
    lines = ["Kommune;Handlingsplan;Kostnad", *[f"{place.number};ja;{number}" for number, place in enumerate(places)]]

    with django_assert_max_num_queries(25):
        page = put_in(client, *lines)
    with django_assert_max_num_queries(50):
        again(client, page, "save")

    assert Fact.objects.current().count() == 714


def test_a_long_table_is_leafed_through_searched_and_chosen_from_page_by_page(client, staff, indicators):
    places = [MunicipalityFactory(name=f"Sted {number:03}") for number in range(120)]
    for place in places[:60]:
        set_fact(place, indicators["plan"], value="no", observed_on=date(2026, 5, 1), source="Ring")
    lines = ["Kommune;Handlingsplan", *[f"{place.number};ja" for place in places]]

    def shown(page):
        return [step.cell.line for step in page.context["lines"].lines]

    first = put_in(client, *lines)
    assert shown(first) == list(range(2, 52))
    second = again(client, first, "check", page="2", use=["2:plan", "3:plan"])
    assert shown(second) == list(range(52, 62))  # what was ticked stays in its place
    assert second.redirect_chain[0][0].endswith("?show=doubtful&page=2#lines")
    back = again(client, second, "check", page="1", use=["53:plan"])
    assert re.findall(r'value="(\d+):plan" checked', back.text) == ["2", "3"]
    unticked = again(client, back, "check", use=["2:plan"])
    assert states(unticked) == {"doubtful": 58, "new": 60, "changed": 2}
    new = again(client, unticked, "check", show="new", page="2")
    assert (shown(new)[0], len(shown(new)), new.context["lines"].lines.number) == (62, 50, 1)
    found = again(client, new, "check", q=f"{places[70].number} STED", page="9")
    assert shown(found) == [72]
    assert shown(again(client, found, "check", q="finnes ikke")) == []

    again(client, found, "save")

    assert Fact.objects.current().filter(value="yes").count() == 62  # all of them, whatever the page showed
