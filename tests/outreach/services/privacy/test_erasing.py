from datetime import UTC, date, datetime

import pytest
from auditlog.models import LogEntry as AdminChange
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from outreach.models import Mandate, OfficeTask, Politician
from outreach.services.privacy.erasing import erase_politicians
from taushet.models import AuditEntry
from taushet.workdays import OSLO
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outreach import BodyFactory, MandateFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db

LATER = datetime(2031, 1, 1, tzinfo=UTC)


def logged():
    """Everything the logs of the administration pages and of who did what hold, as one text."""
    rows = [
        *AdminChange.objects.values_list("object_repr", "changes", "changes_text", "serialized_data"),
        *LogEntry.objects.values_list("object_repr", "change_message"),
        *AuditEntry.objects.values_list("detail"),
    ]
    return str(rows)


@pytest.fixture
def mandate():
    mandate = MandateFactory(politician__first_name="Solfrid", politician__last_name="Åsnes", party="Partiet")
    mandate.email, mandate.email_source, mandate.email_checked_on = "s@storting.test", "stortinget", date(2026, 1, 1)
    mandate.save()
    politician = mandate.politician
    politician.first_name = "Solfrid Marie"
    politician.save()
    LogEntry.objects.create(
        user=StaffFactory(),
        content_type=ContentType.objects.get_for_model(Politician),
        object_id=politician.pk,
        object_repr="Solfrid Åsnes",
        action_flag=CHANGE,
        change_message="Solfrid",
    )
    return mandate


def test_names_of_politicians_in_office_stay(mandate):
    assert erase_politicians(LATER) == 0
    assert "Solfrid" in logged()


def test_no_log_keeps_the_name_of_a_politician_beyond_erasure(mandate):
    Mandate.objects.update(ends_on=date(2029, 10, 1))

    assert erase_politicians(LATER) == 1

    politician = Politician.objects.get()
    assert (politician.first_name, politician.last_name) == ("", "")
    assert [word for word in ("Solfrid", "Åsnes", "s@storting.test", "Partiet") if word in logged()] == []


def test_log_of_others_is_left_as_it_is(mandate):
    MandateFactory(politician__last_name="Blivende")
    Mandate.objects.filter(pk=mandate.pk).update(ends_on=date(2029, 10, 1))

    erase_politicians(LATER)

    assert "Blivende" in logged()


def test_councillors_are_erased_after_the_municipal_period(db):
    council = BodyFactory(kind="council", municipality=MunicipalityFactory())
    councillor = MandateFactory(body=council, role="councillor", ends_on=date(2027, 10, 1))
    task = OfficeTask.objects.create(mandate=councillor, reason="bounce", email="kari@alver.example")

    assert erase_politicians(datetime(2027, 10, 31, 12, tzinfo=OSLO)) == 0
    assert erase_politicians(datetime(2027, 11, 1, 12, tzinfo=OSLO)) == 1

    task.refresh_from_db()
    assert task.email == ""
