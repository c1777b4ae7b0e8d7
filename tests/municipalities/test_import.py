"""The import of municipalities: by the command, from data of our own and from answers of the official services."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from municipalities.models import County, CrisisCentre, Indicator, Municipality, Succession, Unit
from municipalities.services.registry.bundled import DATA
from taushet.models import AuditEntry

from .official import begin, change, end, merge, move_unit, official_answers, places_of, save, unit_of

SAMPLES = Path(__file__).parent / "data"


def run(*arguments, **options):
    out = StringIO()
    call_command("import_municipalities", *arguments, stdout=out, **options)
    return out.getvalue()


def writes(queries):
    starts = ("INSERT", "UPDATE", "DELETE", "REPLACE")
    return [query["sql"] for query in queries if query["sql"].lstrip().upper().startswith(starts)]


@pytest.fixture
def registry(db):
    run(verbosity=0)


@pytest.fixture
def answers():
    return official_answers()


def test_import_loads_the_357_municipalities_with_their_payers(db):
    run()

    karasjok = Municipality.objects.get(number="5610")
    assert Municipality.objects.current().count() == 357
    assert County.objects.count() == 15
    assert CrisisCentre.objects.count() == 35
    assert Unit.objects.filter(kind=Unit.Kind.MUNICIPALITY).count() == 357
    assert set(Indicator.objects.values_list("key", flat=True)) == {
        "action-plan",
        "courses-held",
        "last-answer",
        "people-trained",
    }
    assert karasjok.display_name == "Karasjok – Kárášjohka"
    assert karasjok.official_name == "Kárášjohka - Karasjok"
    assert karasjok.is_sami_area
    assert karasjok.units.get().organisation_number == karasjok.organisation_number
    assert karasjok.population_year == 2024


def test_two_herøy_and_two_våler_are_four_municipalities(registry):
    assert Municipality.objects.filter(name="Herøy").count() == 2
    assert Municipality.objects.filter(name="Våler").count() == 2
    assert sorted(str(place) for place in Municipality.objects.exclude(county_in_name="")) == [
        "Herøy (Møre og Romsdal)",
        "Herøy (Nordland)",
        "Våler (Innlandet)",
        "Våler (Østfold)",
    ]


def test_municipalities_stand_in_norwegian_order(registry):
    names = list(Municipality.objects.values_list("name", flat=True))

    assert names[:3] == ["Alstahaug", "Alta", "Alvdal"]
    assert names[-9:] == ["Åfjord", "Ål", "Ålesund", "Åmli", "Åmot", "Årdal", "Ås", "Åseral", "Åsnes"]
    assert names.index("Nord-Odal") < names.index("Nordkapp")


def test_phone_of_a_centre_is_kept_only_when_somebody_checked_it(registry):
    with_phone = CrisisCentre.objects.exclude(phone="")

    assert with_phone.count() == 4
    assert not with_phone.filter(phone_checked_on=None).exists()
    assert CrisisCentre.objects.get(name="Oslo Krisesenter").public_phone == "+4722480380"
    assert CrisisCentre.objects.get(name="Romerike Krisesenter IKS").public_website == ""


def test_second_import_writes_nothing(registry):
    with CaptureQueriesContext(connection) as queries:
        out = run()

    assert writes(queries) == []
    assert "Ingenting å endre" in out


def test_dry_run_says_what_would_change_and_changes_nothing(db):
    with CaptureQueriesContext(connection) as queries:
        out = run("--dry-run")

    assert writes(queries) == []
    assert "nye kommuner: 357" in out
    assert not Municipality.objects.exists()


def test_import_is_recorded_once(registry):
    run(verbosity=0)

    entry = AuditEntry.objects.get(action="registry.imported")
    assert entry.detail["new_municipalities"] == 357
    assert entry.detail["as_of"] == "2026-11-22"


def test_what_staff_corrected_stays(registry):
    oslo = Municipality.objects.get(number="0301")
    oslo.language_form, oslo.website = "nb", "feil.example"
    oslo.corrected_fields = ["language_form"]
    oslo.save()

    run(verbosity=0)

    oslo.refresh_from_db()
    assert oslo.language_form == "nb"
    assert oslo.website == "www.oslo.kommune.no"


def test_centre_that_staff_changed_stays(registry):
    CrisisCentre.objects.filter(name="Oslo Krisesenter").update(phone="", phone_checked_on=None)

    run(verbosity=0)

    assert CrisisCentre.objects.get(name="Oslo Krisesenter").phone == ""


def test_official_answers_say_the_same_as_the_own_data(registry, answers, tmp_path):
    out = run("--from-files", save(answers, tmp_path), "--date", "2026-12-01")

    assert "357 kommuner i 15 fylker" in out
    assert "Ingenting å endre" in out


def test_official_answers_alone_fill_an_empty_registry(db, answers, tmp_path):
    run("--from-files", save(answers, tmp_path), verbosity=0)

    kafjord = Municipality.objects.get(number="5540")
    assert Municipality.objects.count() == 357
    assert (kafjord.name, kafjord.parallel_names) == ("Kåfjord", ["Gáivuotna", "Kaivuono"])
    assert kafjord.language_form == "neutral"
    assert not Municipality.objects.filter(number="9999").exists()


def test_herøy_loses_the_county_in_brackets(registry, answers, tmp_path):
    for item in answers["klass_131_codes"]["codes"]:
        if item["code"] in {"1515", "1818"}:
            item["name"] = {"1515": "Herøy (Møre og Romsdal)", "1818": "Herøy (Nordland)"}[item["code"]]

    assert "Ingenting å endre" in run("--from-files", save(answers, tmp_path), "--date", "2026-12-01")


@pytest.fixture
def merger(answers):
    return merge(answers)


def refresh(answers, folder, *arguments, day="2028-01-02", **options):
    return run("--from-files", save(answers, folder), "--date", day, *arguments, **options)


def test_merger_becomes_links_and_nothing_is_deleted(registry, merger, tmp_path):
    out = refresh(merger, tmp_path)

    ended = Municipality.objects.get(number="1119")
    jæren = Municipality.objects.get(number="1199")
    assert str(ended.valid_to) == "2028-01-01"
    assert list(ended.successors.all()) == [jæren]
    assert {place.name for place in jæren.predecessors.all()} == {"Hå", "Klepp"}
    assert str(jæren.valid_from) == "2028-01-01"
    assert Municipality.objects.count() == 358
    assert not Unit.objects.get(municipality="1119").is_active
    assert Unit.objects.get(municipality="1199").organisation_number == ended.organisation_number
    assert "kommuner som er slutt: 2" in out
    assert "Ingenting å endre" in refresh(merger, tmp_path)


def test_split_becomes_links(registry, answers, tmp_path):
    begin(answers, "1581", "Nye Haram", like="1580")
    begin(answers, "1582", "Brattvåg", like="1580")
    end(answers, "1580")
    move_unit(answers, "1580", "1581", "Nye Haram")
    extra = dict(unit_of(answers, "1581"), organisasjonsnummer="974760673")
    extra |= {"navn": "BRATTVÅG KOMMUNE", "forretningsadresse": {"kommunenummer": "1582"}}
    answers["brreg_kommuner_1"]["_embedded"]["enheter"].append(extra)
    answers["klass_131_changes"]["codeChanges"] = [change("1580", "1581"), change("1580", "1582")]

    refresh(answers, tmp_path, verbosity=0)

    assert set(Succession.objects.values_list("predecessor", "successor")) == {("1580", "1581"), ("1580", "1582")}


def test_two_steps_of_change_lead_to_what_is_there_today(registry, merger, tmp_path):
    merger["klass_131_changes"]["codeChanges"] = [
        change("1119", "1198"),
        change("1120", "1198"),
        change("1198", "1199", on="2030-01-01"),
        change("1199", "1199", on="2031-01-01"),
    ]

    refresh(merger, tmp_path, day="2031-02-01", verbosity=0)

    assert set(Succession.objects.values_list("predecessor", "successor")) == {("1119", "1199"), ("1120", "1199")}


def test_own_data_does_not_undo_a_later_refresh(registry, merger, tmp_path):
    refresh(merger, tmp_path, verbosity=0)

    out = run()

    assert "er eldre" in out
    assert Municipality.objects.get(number="1119").has_ended is False
    assert str(Municipality.objects.get(number="1119").valid_to) == "2028-01-01"


def broken_answers(answers, fault):
    codes = answers["klass_131_codes"]["codes"]
    stavanger = unit_of(answers, "1103")
    match fault:
        case "half the municipalities":
            del codes[100:]
        case "one gone without a change":
            end(answers, "1103")
        case "wrong check digit":
            stavanger["organisasjonsnummer"] = "964965227"
        case "organisation number of letters":
            stavanger["organisasjonsnummer"] = "ABCDEFGHI"
        case "same organisation number twice":
            stavanger["organisasjonsnummer"] = unit_of(answers, "0301")["organisasjonsnummer"]
        case "unknown county":
            answers["klass_104_codes"]["codes"] = [c for c in answers["klass_104_codes"]["codes"] if c["code"] != "11"]
        case "counties disagree":
            places_of(answers, "11")[1]["fylkesnummer"] = "46"
        case "missing name":
            del codes[2]["name"]
        case "empty name":
            codes[2]["name"] = " "
        case "name too long":
            codes[2]["name"] = "Stavanger" * 10
        case "number of letters":
            codes[2]["code"] = "11O3"
        case "number twice":
            codes.append(dict(codes[2]))
        case "number is no text":
            codes[2]["code"] = 1103
        case "no codes":
            del answers["klass_131_codes"]["codes"]
            answers["klass_131_codes"]["codes"] = "none"
        case "point in the Atlantic":
            places_of(answers, "11")[1]["punktIOmrade"]["coordinates"] = [0, 0]
        case "point is text":
            places_of(answers, "11")[1]["punktIOmrade"]["coordinates"] = ["east", "north"]
        case "no point":
            del places_of(answers, "11")[1]["punktIOmrade"]
        case "place missing":
            del places_of(answers, "11")[1]
        case "unit missing":
            answers["brreg_kommuner_0"]["_embedded"]["enheter"].remove(stavanger)
        case "page missing":
            del answers["brreg_kommuner_1"]
        case "change without a day":
            answers["klass_131_changes"]["codeChanges"] = [change("1119", "1120", on="soon")]
        case "row is no object":
            codes[2] = "1103 Stavanger"
        case "no municipalities file":
            del answers["klass_131_codes"]
        case "something else":
            answers["weather"] = {"temperature": 3}
    return answers


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("half the municipalities", "257 kommuner mangler"),
        ("one gone without a change", "1103 Stavanger"),
        ("wrong check digit", "klass_131_codes.json, rad 3 (1103 Stavanger): kontrollsifferet"),
        ("organisation number of letters", "«ABCDEFGHI» er ikke et organisasjonsnummer"),
        (
            "same organisation number twice",
            "rad 3 (1103 Stavanger): organisasjonsnummeret 958935420 er allerede i bruk",
        ),
        ("unknown county", "fylket 11 er ukjent"),
        ("counties disagree", "rad 3 (1103 Stavanger)"),
        ("missing name", "klass_131_codes.json, rad 3: «name» mangler"),
        ("empty name", "klass_131_codes.json, rad 3"),
        ("name too long", "navnet er lengre enn 60 tegn"),
        ("number of letters", "«11O3» er ikke et nummer på 4 sifre"),
        ("number twice", "nummeret 1103 er allerede i bruk"),
        ("number is no text", "klass_131_codes.json, rad 3"),
        ("no codes", "klass_131_codes.json"),
        ("point in the Atlantic", "ligger ikke i Norge"),
        ("point is text", "(1103)"),
        ("no point", "«punktIOmrade» mangler"),
        ("place missing", "rad 3 (1103 Stavanger)"),
        ("unit missing", "brreg_kommuner_1.json"),
        ("page missing", "brreg_kommuner_0.json"),
        ("change without a day", "klass_131_changes.json, rad 1"),
        ("row is no object", "klass_131_codes.json, rad 3"),
        ("no municipalities file", "Klass 131 codesAt"),
        ("something else", "weather.json"),
    ],
)
def test_broken_or_half_answer_changes_nothing_and_says_where(registry, answers, tmp_path, fault, told):
    unit_of(answers, "0301")["hjemmeside"] = "ny.example"
    before = everything()

    with pytest.raises(CommandError) as caught:
        refresh(broken_answers(answers, fault), tmp_path, verbosity=0)

    assert told in str(caught.value)
    assert "Ingenting er endret." in str(caught.value)
    assert everything() == before


def everything():
    return [
        list(model.objects.order_by("pk").values()) for model in (County, Municipality, Succession, Unit, AuditEntry)
    ]


def test_file_that_is_cut_off_changes_nothing(registry, answers, tmp_path):
    save(answers, tmp_path)
    file = tmp_path / "klass_131_codes.json"
    file.write_bytes(file.read_bytes()[:5000])
    before = everything()

    with pytest.raises(CommandError, match=r"klass_131_codes\.json er ødelagt eller avkuttet"):
        run("--from-files", tmp_path, "--date", "2028-01-02")

    assert everything() == before


def test_empty_folder_and_missing_folder_are_told(db, tmp_path):
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(CommandError, match="JSON"):
            run("--from-files", folder)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"number": "1103", "name": "Stavanger"}', "rad 3 (1103): «point» mangler"),
        ('{"name": "Stavanger"}', "rad 3: «number» mangler"),
        ('"1103"', "rad 3"),
        ("", "ødelagt eller avkuttet"),
    ],
)
def test_broken_row_of_the_own_data_is_named(db, tmp_path, monkeypatch, line, told):
    shutil.copytree(DATA, tmp_path / "data")
    file = tmp_path / "data" / "municipalities.json"
    lines = file.read_text(encoding="utf-8").splitlines()
    place = next(n for n, text in enumerate(lines) if '"1103"' in text)
    lines[place] = f"{line}," if line else '{"number":'
    file.write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setattr("municipalities.services.registry.bundled.read_bundled.__defaults__", (tmp_path / "data",))

    with pytest.raises(CommandError) as caught:
        run()

    assert told in str(caught.value)
    assert not Municipality.objects.exists()


def test_samples_of_the_official_forms_are_read(registry):
    """Four municipalities are no whole answer, but every file is understood first."""
    with pytest.raises(CommandError, match="Kartverket"):
        run("--from-files", SAMPLES)
