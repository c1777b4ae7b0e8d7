"""Several people write the same list, or look after the same office, at the same moment."""

from collections import Counter
from datetime import date

import pytest

from municipalities.exceptions import MunicipalitiesError
from municipalities.models import Fact
from municipalities.services.fact_columns import read_cells
from municipalities.services.fact_imports import plan_facts, write_facts
from outreach.exceptions import OutreachError
from outreach.models import Mandate, OfficeTask, Politician
from outreach.services.offices import office_imports
from outreach.services.offices.council_reading import LIMITS
from outreach.services.offices.office_tasks import open_task
from taushet.tables.reading import Row, read_text
from tests.factories.municipalities import IndicatorFactory, MunicipalityFactory
from tests.factories.outreach import MandateFactory
from tests.factories.taushet import StaffFactory
from tests.rivals import at_once

pytestmark = pytest.mark.django_db(transaction=True)

RIVALS = 4
DAY = date(2026, 3, 1)
LIST = "Kommune;Navn;Parti;Verv\nAlver;Kari Nordmann;Ap;Ordfører\nAlver;Ola Ås;H;"


def put_in(staff):
    table = read_text(LIST, LIMITS)
    return office_imports.start_councils(table, source="x", as_of=DAY, place=None, is_whole=True, by=staff)


def write(job):
    imported, seen, staff = job
    try:
        office_imports.write_import(imported, seen=seen, by=staff)
    except OutreachError as refusal:
        return type(refusal).__name__
    return "written"


def test_one_list_written_by_several_is_written_once():
    MunicipalityFactory(name="Alver")
    staff = StaffFactory()
    imported, other = put_in(staff), put_in(staff)
    seen = office_imports.fingerprint(office_imports.plan_of(imported))

    outcomes = at_once(write, [*[(imported, seen, staff)] * RIVALS, (other, seen, staff)])

    assert sorted(outcomes) in (
        [*["AlreadyWritten"] * 3, "ContentChanged", "written"],
        [*["ContentChanged"] * 4, "written"],
    )
    assert (Politician.objects.count(), Mandate.objects.count()) == (2, 3)


def test_one_table_of_facts_saved_by_several_is_saved_once():
    place, indicator, staff = MunicipalityFactory(name="Alver"), IndicatorFactory(), StaffFactory()
    rows = [Row(2, ("Alver", "ja"))]
    columns = ["place", f"i:{indicator.key}"]
    cells = read_cells(rows, columns, [indicator], observed_on=DAY, source="x")
    seen = plan_facts(cells).fingerprint

    def save(_number):
        try:
            return bool(write_facts(cells, chosen=set(), seen=seen, by=staff).writes)
        except MunicipalitiesError as refusal:
            return type(refusal).__name__

    outcomes = at_once(save, range(RIVALS))

    assert Counter(outcomes) == {True: 1, "FactsChanged": RIVALS - 1}
    assert Fact.objects.filter(municipality=place).count() == 1


def test_one_office_becomes_one_task_however_many_mails_tell():
    mandate = MandateFactory()

    at_once(lambda _number: open_task(mandate, "left").pk, range(RIVALS))

    assert OfficeTask.objects.count() == 1
