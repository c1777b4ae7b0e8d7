"""Lists of councillors: looked over before anything is written, and nobody merged by a name."""

from datetime import date
from io import BytesIO

import pytest
from django.utils.translation import override
from openpyxl import Workbook

from municipalities.services.telling_apart import tell_apart
from outreach.exceptions import AlreadyWritten
from outreach.models import Mandate, Politician
from outreach.services.mailings.audiences import Audience, offices
from outreach.services.mailings.salutations import name_with_party
from outreach.services.offices import office_imports
from outreach.services.offices.council_reading import LIMITS
from outreach.services.offices.offices import set_mayor
from outreach.services.offices.parties import spellings_of
from taushet.models import AuditEntry
from taushet.tables.reading import read_table, read_text
from tests.factories.municipalities import CountyFactory, MunicipalityFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HEAD = "Kommune;Navn;Parti;Verv;E-post"
FIRST = (
    "Alver;Kari Nordmann;Ap;Ordfører;kari@alver.example",
    "Alver;Hansen, Per;H;;per@alver.example",
    "Alver;Ola Ås;H;Gruppeleder;",
    "Alver;Eva Vik;Ap;1. vara;",
)
DAY, LATER = date(2026, 11, 1), date(2026, 11, 20)


def put_in(staff, *lines, head=HEAD, as_of=DAY, is_whole=True, place=None):
    table = read_text("\n".join([head, *lines]), LIMITS)
    return office_imports.start_councils(
        table, source="alver.example", as_of=as_of, place=place, is_whole=is_whole, by=staff
    )


def write(imported, staff):
    seen = office_imports.fingerprint(office_imports.plan_of(imported))
    return office_imports.write_import(imported, seen=seen, by=staff)


def counts(imported):
    return {state: count for state, count in office_imports.plan_of(imported).counts.items() if count}


def in_office(role=None):
    mandates = Mandate.objects.filter(ends_on=None).select_related("politician")
    return sorted(str(one.politician) for one in (mandates.filter(role=role) if role else mandates))


def test_a_first_list_is_written_once_and_a_second_time_writes_nothing(alver, staff):
    imported = put_in(staff, *FIRST)
    assert counts(imported) == {"new": 4}
    assert not Politician.objects.exists()

    write(imported, staff)

    assert in_office("councillor") == ["Kari Nordmann", "Ola Ås", "Per Hansen"]
    assert (in_office("mayor"), in_office("group_leader"), in_office("substitute")) == (
        ["Kari Nordmann"],
        ["Ola Ås"],
        ["Eva Vik"],
    )
    mayor = Mandate.objects.get(role="mayor")
    assert (mayor.email, mayor.email_source, mayor.email_checked_on) == ("kari@alver.example", "alver.example", DAY)
    assert (mayor.body.kind, mayor.body.municipality, mayor.starts_on) == ("municipality", alver, None)
    with pytest.raises(AlreadyWritten):
        office_imports.write_import(imported, seen="", by=staff)
    again = put_in(staff, *FIRST)
    assert counts(again) == {"same": 4}
    assert not office_imports.plan_of(again).writes


def test_who_changes_and_who_leaves(alver, staff):
    write(put_in(staff, *FIRST), staff)
    later = put_in(staff, FIRST[0].replace("kari@", "ny@"), FIRST[2], FIRST[3], "Alver;Ny Mann;V;;", as_of=LATER)
    assert counts(later) == {"new": 1, "changed": 1, "same": 2, "ended": 1}

    write(later, staff)

    gone = Mandate.objects.get(politician__last_name="Hansen")
    assert (gone.ends_on, gone.is_in_office(LATER)) == (LATER, False)
    assert Mandate.objects.get(role="mayor").email == "ny@alver.example"
    assert Mandate.objects.get(politician__last_name="Mann").starts_on == LATER
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"mandate.ended", "office_import.written"}


def test_another_mayor_ends_the_one_before_also_in_a_list_that_is_not_whole(alver, staff):
    set_mayor(
        alver, first_name="Gro", last_name="Li", party="Sp", email="gro@a.example", source="x", checked_on=DAY, by=None
    )
    Mandate.objects.update(starts_on=date(2023, 10, 1))
    imported = put_in(staff, FIRST[0], as_of=LATER, is_whole=False)
    assert counts(imported) == {"new": 1, "ended": 1}
    with override("en"):
        (step,) = office_imports.plan_of(imported).of("ended")
    assert step.told == ["The list says that Kari Nordmann has this office: without it from Nov. 20, 2026."]

    write(imported, staff)

    assert in_office("mayor") == ["Kari Nordmann"]


def test_committees_of_a_council_are_put_in_and_a_list_of_one_ends_nobody_in_another(alver, staff):
    head = "Kommune;Navn;Parti;Verv;Utvalg"
    lines = (
        'Alver;Kari Nordmann;Ap;Leder;"Oppvekst"',
        'Alver;Per Hansen;H;;"Oppvekst; Teknisk"',
        "Alver;Ola Ås;H;Utvalgsmedlem;Teknisk",
        "Alver;Eva Vik;Ap;;Formannskapet",
    )
    write(put_in(staff, *lines, head=head), staff)

    held = Mandate.objects.exclude(role="councillor").order_by("politician__last_name", "body__name")
    assert [(str(one.politician), one.role, one.body.kind, one.body.name) for one in held] == [
        ("Per Hansen", "member", "council_committee", "Oppvekst"),
        ("Per Hansen", "member", "council_committee", "Teknisk"),
        ("Kari Nordmann", "committee_leader", "council_committee", "Oppvekst"),
        ("Eva Vik", "board_member", "executive", "Formannskapet i Alver"),
        ("Ola Ås", "member", "council_committee", "Teknisk"),
    ]
    assert in_office("councillor") == ["Eva Vik", "Per Hansen"]
    only = "Alver;Ola Ås;H;Utvalgsmedlem;Oppvekst"
    plan = office_imports.plan_of(put_in(staff, only, head=head, as_of=LATER))
    assert sorted(step.mandate.body.name for step in plan.of("ended")) == ["Oppvekst", "Oppvekst"]
    found = offices(Audience(roles=("member", "committee_leader"), everywhere=True, committee="oppvekst"), LATER)
    assert sorted(str(one.politician) for one in found) == ["Kari Nordmann", "Per Hansen"]


def test_a_list_of_mayors_ends_nobody_else_in_the_council_and_places_of_one_name_are_told_apart(alver, staff):
    write(put_in(staff, *FIRST), staff)
    assert counts(put_in(staff, FIRST[0], as_of=LATER)) == {"checked": 1}
    for county in ("Nordland", "Møre og Romsdal"):
        MunicipalityFactory(name="Herøy", county=CountyFactory(name=county))
    tell_apart()

    with override("en"):
        plan = office_imports.plan_of(put_in(staff, "Herøy;Kari Vik;V;;", "Herøy (Nordland);Siri Vik;V;;"))

    (fault,) = plan.of("faulty")[0].told
    assert fault.startswith("“Herøy” can be Herøy (Møre og Romsdal) ")
    assert [step.place for step in plan.of("new")] == ["Herøy (Nordland)"]


def test_hostile_and_faulty_lines_are_told_by_line_and_nobody_leaves_because_of_them(alver, staff):
    write(put_in(staff, *FIRST), staff)
    lines = (
        "Alver;\u202eKari\u200f Nordmann\u200b;Ap;Ordfører;kari@alver.example",
        "Alver;Per 🎉 Hansen;H;;per@alver.example",
        '=HYPERLINK("x");Ola Ås;H;;',
        "Alver;<script>alert(1)</script>;H;;",
        "Atlantis;Bo Li;H;;",
        "Alver;Siri Moe;H;Keiser;",
        "Alver;Åse Øyen-O'Brien;H;;ikke en adresse",
    )

    plan = office_imports.plan_of(put_in(staff, *lines, as_of=LATER))

    assert {step.line: step.state for step in plan.steps} == {
        2: "checked",
        3: "faulty",
        4: "faulty",
        5: "faulty",
        6: "faulty",
        7: "faulty",
        8: "new",
    }
    assert plan.of("checked")[0].name == "Kari Nordmann"
    assert len(plan.of("new")[0].told) == 1
    assert plan.of("ended") == []
    assert len(plan.warnings) == 1


def test_a_line_break_in_a_cell_of_a_spreadsheet_makes_no_second_person(alver, staff):
    book = Workbook()
    book.active.append(["Knr", "Fornavn", "Etternavn", "Parti"])
    book.active.append([int(alver.number), "Kari\r\nAnne", "Nord\nmann", "Ap"])
    file = BytesIO()
    book.save(file)
    imported = office_imports.start_councils(
        read_table(file.getvalue(), LIMITS), source="x", as_of=DAY, place=None, is_whole=True, by=staff
    )

    write(imported, staff)

    assert in_office() == ["Kari Anne Nord mann"]


def test_nine_thousand_lines_are_looked_over_in_few_queries(staff, django_assert_max_num_queries):
    places = [MunicipalityFactory() for _number in range(30)]
    lines = [
        f"{place.number};Kari Nummer{chr(97 + n % 26)}{chr(97 + n // 26)};Ap;;" for place in places for n in range(300)
    ]
    imported = put_in(staff, *lines)

    with django_assert_max_num_queries(6):
        plan = office_imports.plan_of(imported)

    assert plan.counts["new"] == 9000


def test_a_party_has_one_spelling_and_names_are_read_as_lists_write_them(alver, staff):
    lines = (
        "Alver;Å. Øyen (Ap);;;",
        "Alver;Kari «Kaia» Nordmann;ARBEIDERPARTIET;;",
        'Alver;"Kari ""Mia"" Lie";DNA;;',
        "Alver;Hansen, Per-Olav (H);Høyre;;",
        "Alver;Siri Moe <SIRI@alver.example>;Høgre;vara;",
        "Alver;Eva Vik (vara);  Bygdelista   i Alver ;;",
        "Alver;Ida Berg (BYGDELISTA I ALVER);;;",
        "Alver;Ola Ås (Ap);H;;",
        f"Alver;{'Æ' * 300} Vik;H;;",
        "Alver;Nordmann, Kari, dr.;H;;",
        "Alver;Bo 🎉 Li;H;;",
        "Alver;Jo Li <jo@alver.example>;H;;jo.li@alver.example",
    )

    with override("en"):
        plan = office_imports.plan_of(put_in(staff, *lines))

    read = [(s.name, s.party, s.row.roles, s.row.email) for s in plan.of("new")]
    assert read == [
        ("Å. Øyen", "Ap", ("councillor",), ""),
        ("Kari «Kaia» Nordmann", "Ap", ("councillor",), ""),
        ("Kari «Mia» Lie", "Ap", ("councillor",), ""),
        ("Per-Olav Hansen", "H", ("councillor",), ""),
        ("Siri Moe", "H", ("substitute",), "siri@alver.example"),
        ("Eva Vik", "Bygdelista i Alver", ("substitute",), ""),
        ("Ida Berg", "Bygdelista i Alver", ("councillor",), ""),
    ]
    assert [step.told for step in plan.of("faulty")] == [
        ["The name says “Ap” and the party column says “H”. Correct one of them."],
        ["First name has 300 signs; at most 80 fit."],
        ["The name holds “,”, which does not belong in a name. Correct it in the list."],
        ["The name holds “🎉”, which does not belong in a name. Correct it in the list."],
        ["The name and the column say different e-mail addresses."],
    ]

    write(put_in(staff, *lines), staff)
    again = put_in(staff, "Alver;Øyen, Å.;Arbeidarpartiet;;", "Alver;Siri Moe;H;Vara;", is_whole=False, as_of=LATER)

    assert counts(again) == {"same": 2}
    assert spellings_of(["bygdelista i alver"]) == {"Bygdelista i Alver"}
    assert name_with_party(Mandate.objects.get(politician__last_name="Øyen")) == "Å. Øyen (Ap)"
