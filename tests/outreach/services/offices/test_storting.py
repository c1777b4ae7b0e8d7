from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from outreach.exceptions import BrokenExport
from outreach.models import Body, Mandate, Politician
from outreach.services.offices.storting import import_storting
from outreach.services.offices.storting_export import Export, Minister, Representative, read_bundled, read_official
from taushet.models import AuditEntry
from tests.outreach.official import official, official_minister, official_representative


def export(**changes):
    values = {
        "as_of": date(2026, 11, 22),
        "source": "Stortinget",
        "representatives": (
            Representative("ABC", "Anna", "Berg", "Venstre", "Østfold", ("FAMKULT",)),
            Representative("DEF", "Dag", "Eng", "Høyre", "Oslo", ("FAMKULT", "JUSTIS")),
            Representative("GHI", "Gro", "Hauge", "Rødt", "Hordaland"),
        ),
        "ministers": (Minister("JKL", "Jon", "Lie", "Arbeiderpartiet", "Finansminister", "Finansdepartementet"),),
        "committees": {"FAMKULT": "Familie- og kulturkomiteen", "JUSTIS": "Justiskomiteen", "GAMMEL": "Gammel komité"},
    }
    return Export(**values | changes)


def test_the_bundled_copy_brings_all_offices(db):
    changes = import_storting(read_bundled())

    by_role = Counter(Mandate.objects.values_list("role", flat=True))
    assert by_role == {"representative": 169, "member": 174, "minister": 20}
    assert Body.objects.filter(kind=Body.Kind.COMMITTEE).count() == 12
    assert Politician.objects.count() == 189
    assert (len(changes.changed), len(changes.ended)) == (0, 0)


def test_a_second_import_writes_nothing(db, django_assert_num_queries):
    import_storting(read_bundled())
    logged = AuditEntry.objects.count()

    with django_assert_num_queries(7):
        changes = import_storting(read_bundled())

    assert not changes
    assert AuditEntry.objects.count() == logged


def test_a_dry_run_tells_and_writes_nothing(db):
    changes = import_storting(export(), seats=3, write=False)

    assert "Anna Berg" in changes.new
    assert "Finansminister Jon Lie, Finansdepartementet" in changes.new
    assert Politician.objects.count() + Body.objects.count() + Mandate.objects.count() == 0


def test_a_first_import_does_not_invent_when_somebody_began(db):
    import_storting(export(), seats=3)

    assert set(Mandate.objects.values_list("starts_on", flat=True)) == {None}


def test_somebody_who_disappears_gets_an_end_date(db):
    import_storting(export(), seats=3)
    later = export(as_of=date(2027, 1, 10), representatives=export().representatives[1:])

    changes = import_storting(later, seats=2)

    assert len(changes.ended) == 2
    ended = Mandate.objects.filter(politician__external_id="storting:ABC")
    assert set(ended.values_list("ends_on", flat=True)) == {date(2027, 1, 10)}
    assert not Mandate.objects.in_office(date(2027, 1, 10)).filter(politician__external_id="storting:ABC").exists()
    assert Politician.objects.filter(external_id="storting:ABC").exists()


def test_somebody_known_to_leave_later_is_neither_new_nor_twice(db, clock):
    import_storting(export(), seats=3)
    known = date(2027, 1, 15)
    Mandate.objects.filter(politician__last_name="Berg").update(ends_on=known)
    Mandate.objects.filter(role="minister").update(ends_on=known)
    before = Mandate.objects.count()

    assert not import_storting(export(), seats=3)
    ministers = (Minister("MNO", "Mia", "Ness", "Arbeiderpartiet", "Finansminister", "Finansdepartementet"),)
    changes = import_storting(export(as_of=date(2026, 11, 23), ministers=ministers), seats=3)

    assert (len(changes.ended), Mandate.objects.count()) == (1, before + 1)
    assert set(Mandate.objects.filter(politician__last_name="Berg").values_list("ends_on", flat=True)) == {known}
    assert Mandate.objects.get(politician__last_name="Lie").ends_on == date(2026, 11, 23)
    ended = Mandate.objects.get(politician__last_name="Lie")
    assert changes.written["ended"] == [[ended.pk, "2026-11-23", "2027-01-15"]]


def test_a_minister_in_a_new_ministry_holds_a_new_office(db):
    import_storting(export(), seats=3)
    moved = replace(export().ministers[0], title="Energiminister", ministry="Energidepartementet")

    import_storting(export(as_of=date(2027, 2, 1), ministers=(moved,)), seats=3)

    offices = Mandate.objects.filter(role="minister").order_by("pk").values_list("title", "starts_on", "ends_on")
    assert list(offices) == [
        ("Finansminister", None, date(2027, 2, 1)),
        ("Energiminister", date(2027, 2, 1), None),
    ]


def test_two_of_the_same_name_stay_two(db):
    twins = tuple(
        Representative(key, "Kari", "Hansen", "Venstre", "Oslo", ("FAMKULT",)) for key in ("KH1", "KH2", "KH3")
    )

    import_storting(export(representatives=twins), seats=3)

    assert Politician.objects.filter(last_name="Hansen").count() == 3


def test_a_new_name_and_party_change_the_same_person(db):
    import_storting(export(), seats=3)
    first, *others = export().representatives
    renamed = replace(first, last_name="Berg Li", party="Uavhengig")

    changes = import_storting(export(representatives=(renamed, *others)), seats=3)

    assert Politician.objects.get(external_id="storting:ABC").last_name == "Berg Li"
    assert Mandate.objects.get(external_id="storting:representative:ABC").party == "Uavhengig"
    assert len(changes.changed) == 3


def test_an_export_without_addresses_leaves_those_put_in_by_staff(db):
    import_storting(export(), seats=3)
    mandate = Mandate.objects.get(external_id="storting:representative:ABC")
    mandate.email, mandate.email_source, mandate.email_checked_on = (
        "anna@stortinget.example",
        "stortinget.no",
        "2026-11-01",
    )
    mandate.save()

    assert not import_storting(export(), seats=3)
    mandate.refresh_from_db()
    assert mandate.email == "anna@stortinget.example"


@pytest.mark.parametrize("count", [0, 2])
def test_half_an_export_changes_nothing(db, count):
    import_storting(export(), seats=3)

    with pytest.raises(BrokenExport, match=rf"{count} .*3"):
        import_storting(export(representatives=export().representatives[:count], as_of=date(2027, 1, 1)), seats=3)

    assert not Mandate.objects.filter(ends_on__isnull=False).exists()


def test_an_export_without_ministers_changes_nothing(db):
    with pytest.raises(BrokenExport):
        import_storting(export(ministers=()), seats=3)

    assert Politician.objects.count() == 0


def test_files_put_in_each_in_the_place_of_another_are_named():
    right = official([official_representative()])
    swapped = right | {"dagensrepresentanter": right["regjering"], "regjering": right["dagensrepresentanter"]}
    with pytest.raises(BrokenExport, match="«dagens representanter», inneholder «regjeringen»"):
        read_official(swapped)


def test_an_older_export_is_refused(db, clock):
    clock.set(2027, 1, 11, 10)
    import_storting(export(), seats=3)
    import_storting(export(as_of=date(2027, 1, 10), representatives=export().representatives[1:]), seats=2)

    with pytest.raises(BrokenExport, match="2026-12-01"):
        import_storting(export(as_of=date(2026, 12, 1)), seats=3)


def test_official_json_is_read():
    found = read_official(official([official_representative(epost="BAH@stortinget.no", vara_representant=True)]))

    assert found.as_of == date(2026, 1, 5)
    assert found.representatives == (
        Representative(
            "BÅH", "Bård", "Hoksrud", "Et parti", "Telemark", ("NÆRING",), email="bah@stortinget.no", is_substitute=True
        ),
    )
    assert found.ministers[0].title == "Barne- og familieminister"


def test_official_xml_is_read_whatever_its_namespace():
    xml = """<?xml version="1.0" encoding="utf-8"?>
    <o xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="https://data.stortinget.no">
      <respons_dato_tid>2026-01-05T09:00:00.0332746+02:00</respons_dato_tid>
      <dagensrepresentanter_liste><dagensrepresentant>
        <doedsdato i:nil="true" /><etternavn>Hoksrud</etternavn><fornavn>Bård</fornavn><id>BÅH</id>
        <fylke><id>Te</id><navn>Telemark</navn></fylke><parti><id>X</id><navn>Et parti</navn></parti>
        <vara_representant>false</vara_representant><vara_for i:nil="true" />
        <komiteer_liste><komite><id>NÆRING</id><navn>Næring</navn></komite></komiteer_liste>
      </dagensrepresentant></dagensrepresentanter_liste></o>"""

    found = read_official(official([]) | {"dagensrepresentanter": xml.encode()})

    assert found.as_of == date(2026, 1, 5)
    assert found.representatives == (
        Representative("BÅH", "Bård", "Hoksrud", "Et parti", "Telemark", ("NÆRING",), is_substitute=False),
    )


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (
            official([official_representative(), official_representative(id="X", etternavn="")]),
            r"dagensrepresentanter, \w+ 2 \(X\)",
        ),
        (official([official_representative(), official_representative()]), r"dagensrepresentanter, \w+ 2 \(BÅH\)"),
        (official([official_representative(fylke=None)]), r"dagensrepresentanter, \w+ 1 \(BÅH\)"),
        (official([official_representative(fornavn="x" * 81)]), r"dagensrepresentanter, \w+ 1 \(BÅH\)"),
        (official([official_representative(epost="ingen adresse")]), r"dagensrepresentanter, \w+ 1 \(BÅH\)"),
        (official([official_representative(komiteer_liste=[{"id": "UKJENT"}])]), "UKJENT"),
        (
            official([official_representative()], ministers=[official_minister(tittel=None)]),
            r"regjering, \w+ 1 \(LVA\)",
        ),
        (official([official_representative()], committees=[{"id": "", "navn": "Navnløs"}]), r"allekomiteer, \w+ 1"),
        (official([official_representative()]) | {"regjering": b'{"regjeringsmedlemmer_liste": [{"id"'}, "regjering"),
        (official([official_representative()]) | {"regjering": b"<a><b></a>"}, "regjering"),
        (official([official_representative()]) | {"regjering": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "regjering"),
        (official([official_representative()]) | {"regjering": b"[]"}, "regjering"),
        (official([official_representative()]) | {"regjering": b'{"noe": 1}'}, "regjeringsmedlemmer_liste"),
        ({"regjering": b"{}"}, "allekomiteer, dagensrepresentanter"),
    ],
)
def test_a_broken_file_is_named_with_its_row(files, says):
    with pytest.raises(BrokenExport, match=says):
        read_official(files)


def test_the_command_changes_nothing_on_a_broken_folder(db, tmp_path):
    for name, content in official([official_representative(etternavn="")]).items():
        (tmp_path / f"{name}.json").write_bytes(content)

    with pytest.raises(CommandError, match="BÅH"):
        call_command("import_storting", "--from-files", str(tmp_path), "--seats", "1")

    assert Politician.objects.count() == 0


def test_the_command_reads_a_folder(db, tmp_path, capsys):
    for name, content in official([official_representative()]).items():
        (tmp_path / f"{name}.json").write_bytes(content)

    call_command("import_storting", "--from-files", str(tmp_path), "--seats", "1")

    assert "Changed as of 2026-01-05: 8 new, 0 changed, 0 ended" in capsys.readouterr().out
