"""Lists as municipalities make them: titles above, several addresses in a cell, brackets, merged cells."""

from datetime import date
from io import BytesIO

import pytest
from django.utils.translation import override
from openpyxl import Workbook

from outreach.models import Mandate
from outreach.services.offices import office_imports
from taushet.tables.reading import read_table
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory
from tests.outreach.services.offices.test_councils import LATER, counts, in_office, put_in, write

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def alver():
    with override("en"):
        yield MunicipalityFactory(name="Alver")


def plan_of(*args, **values):
    return office_imports.plan_of(put_in(StaffFactory(), *args, **values))


def test_rows_above_the_heading_are_left_out_and_told(alver):
    imported = put_in(
        StaffFactory(), ";;;;", "Kommune;Navn;Parti;Verv;E-post", "Alver;Ola Ås;H;;", head="Kommunestyret 2023–2027;;;;"
    )

    assert counts(imported) == {"new": 1}
    assert imported.notes == ["What stands above the heading is left out: Kommunestyret 2023–2027"]


def test_addresses_and_brackets_are_read_as_they_are_meant(alver):
    steps = plan_of(
        "Alver;Ola Ås (permisjon);H;;ola@gmail.com, ola@alver.example",
        "Alver;Eva Vik (permisjon);;;eva@hotmail.no",
        "Alver;Per Li;H;;per@alver.example",
    ).of("new")

    assert [(step.party, step.row.email) for step in steps] == [
        ("H", "ola@alver.example"),
        ("", ""),
        ("H", "per@alver.example"),
    ]
    assert steps[0].told == [
        "There are several e-mail addresses; ola@alver.example is used.",
        "After the name it says “permisjon”. Leave is put in by hand.",
    ]
    assert steps[1].told[1] == "eva@hotmail.no looks private and is left out. If it is public, put it in by hand."


def test_a_party_merged_over_many_rows_is_that_of_each(alver):
    book = Workbook()
    sheet = book.active
    for cells in (
        ("Kommune", "Parti", "Navn"),
        ("Alver", "H", "Ola Ås"),
        ("Alver", None, "Per Li"),
        ("Alver", "Ap", "Eva Vik"),
    ):
        sheet.append(cells)
    sheet.merge_cells("B2:B3")
    file = BytesIO()
    book.save(file)
    table = read_table(file.getvalue())

    imported = office_imports.start_councils(
        table, source="x", as_of=date(2026, 11, 1), place=None, is_whole=False, by=StaffFactory()
    )

    assert [step.party for step in office_imports.plan_of(imported).of("new")] == ["H", "H", "Ap"]


def test_who_leaves_the_council_leaves_what_only_members_hold_and_a_leader_of_another_party_is_told(alver):
    staff = StaffFactory()
    write(put_in(staff, "Alver;Kari Nord;Ap;Gruppeleder;", "Alver;Ola Ås;H;Gruppeleder;", "Alver;Per Li;H;;"), staff)
    ola = Mandate.objects.filter(role="group_leader", party="H").get().politician

    imported = put_in(staff, "Alver;Ola Ås;Ap;;", "Alver;Per Li;H;;", as_of=LATER)
    line = office_imports.plan_of(imported).of("doubtful")[0].line
    office_imports.decide(imported, {str(line): str(ola.pk)})

    imported.refresh_from_db()
    plan = office_imports.plan_of(imported)
    assert sorted(step.offices[0] for step in plan.of("ended")) == ["Councillor", "Group leader"]
    assert plan.warnings == [
        "Ola Ås, Alver: Still stands as leader of H, Alver. End that office by hand if it is no longer so."
    ]
    assert write(imported, staff).notes == plan.left_groups  # said after saving too
    assert in_office("group_leader") == ["Ola Ås"]
