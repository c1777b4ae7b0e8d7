"""Removing the names of politicians when their election period is over."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Q

from outreach.models import Body, Mandate, OfficeTask, Politician
from taushet.services import audit
from taushet.services.erasing import forget_in_admin_log
from taushet.workdays import OSLO

# Storting elections in 2025, 2029 ...; municipal elections in 2023, 2027 ... The new ones take over in the autumn.
PERIOD = 4
STORTING, MUNICIPAL = 2025, 2023
TURN = (10, 31)


def period_end(day: date, body: Body) -> date:
    """Return the last day of the election period in which an office in a body ended."""
    is_local = body.municipality_id or body.county_id
    first = MUNICIPAL if is_local else STORTING
    year = first + (day.year - first) // PERIOD * PERIOD
    return date(year, *TURN) if day <= date(year, *TURN) else date(year + PERIOD, *TURN)


@transaction.atomic
def erase_politicians(now: datetime) -> int:
    """Remove the names and addresses of those whose last office ended in a period that is over."""
    today = now.astimezone(OSLO).date()
    retired = (
        Politician.objects.exclude(last_name="")
        .exclude(mandates__in=Mandate.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today)))
        .annotate(ended_on=Max("mandates__ends_on"))
        .filter(ended_on__isnull=False)
        .prefetch_related("mandates__body")
    )
    due = [
        politician
        for politician in retired
        if all(period_end(mandate.ends_on, mandate.body) < today for mandate in politician.mandates.all())
    ]
    for politician in due:
        politician.first_name = politician.last_name = politician.external_id = ""
        politician.erased_at = now
        politician.save(update_fields=["first_name", "last_name", "external_id", "erased_at"])
        politician.objections.update(note="", withdrawn_why="")
        politician.mandates.update(email="", email_source="", email_checked_on=None, party="", external_id="")
        OfficeTask.objects.filter(mandate__politician=politician).update(email="")
        audit.record("politician.erased", politician, kind="clock")
    # Last, since the log of the administration pages notes the names that have just been removed.
    mandates = Mandate.objects.filter(politician__in=due).values_list("pk", flat=True)
    forget_in_admin_log(Politician, [politician.pk for politician in due])
    forget_in_admin_log(Mandate, mandates)
    return len(due)
