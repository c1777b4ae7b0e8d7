"""Several people write the same list, or look after the same office, at the same moment."""

from collections import Counter
from datetime import date

import pytest

from municipalities.exceptions import MunicipalitiesError
from municipalities.models import Fact
from municipalities.services import fact_imports
from outreach.exceptions import OutreachError
from outreach.models import Mandate, OfficeTask, Politician
from outreach.services.offices import office_imports
from outreach.services.offices.council_reading import LIMITS
from outreach.services.offices.office_tasks import open_task
from taushet.tables.reading import read_text
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
    table = read_text(f"Kommune;{indicator.key}\nAlver;ja", LIMITS)
    imported = fact_imports.start_facts(table, observed_on=DAY, source="x", by=staff)
    seen = fact_imports.plan_of(imported).fingerprint

    def save(_number):
        return attempt(fact_imports.write_facts, seen=seen)

    def attempt(service, **values):
        try:
            service(imported, by=staff, **values)
        except MunicipalitiesError as refusal:
            return type(refusal).__name__
        return "done"

    outcomes = at_once(save, range(RIVALS))

    assert Counter(outcomes) == {"done": 1, "AlreadyWritten": RIVALS - 1}
    assert Fact.objects.filter(municipality=place).count() == 1
    undone = at_once(lambda _number: attempt(fact_imports.undo_facts), range(RIVALS))
    assert Counter(undone) == {"done": 1, "CannotUndo": RIVALS - 1}
    assert not Fact.objects.current().exists()


def test_one_office_becomes_one_task_however_many_mails_tell():
    mandate = MandateFactory()

    at_once(lambda _number: open_task(mandate, "left").pk, range(RIVALS))

    assert OfficeTask.objects.count() == 1
