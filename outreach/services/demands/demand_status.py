"""Whether a demand still stands: met with what shows it, or withdrawn, each with a reason anybody can read."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import OutreachError
from outreach.models import Demand
from taushet.models import User
from taushet.services import audit

FIELDS = ("status", "status_on", "status_reason_nb", "status_reason_nn", "evidence", "evidence_url")


@transaction.atomic
def change_status(
    demand: Demand,
    status: str,
    *,
    by: User,
    on: date | None = None,
    reason_nb: str = "",
    reason_nn: str = "",
    evidence: str = "",
    evidence_url: str = "",
) -> Demand:
    """Say that a demand is met or withdrawn since a day in Oslo, or that it stands after all.

    Raises OutreachError when the reason is missing in a form of Norwegian, the day has not come, or a demand is said
    to be met with nothing that shows it.
    """
    demand = Demand.objects.select_for_update().get(pk=demand.pk)
    was = demand.status
    if status == Demand.Status.ACTIVE:
        on, reason_nb, reason_nn, evidence, evidence_url = None, "", "", "", ""
    else:
        on = on or timezone.localdate()
        if on > timezone.localdate():
            raise OutreachError(_("The day lies in the future."))
        if not (reason_nb.strip() and reason_nn.strip()):
            raise OutreachError(_("Say why, in both bokmål and nynorsk."))
        if status == Demand.Status.MET and not evidence.strip():
            raise OutreachError(_("Say what shows that the demand is met."))
    values = (status, on, reason_nb.strip(), reason_nn.strip(), evidence.strip(), evidence_url)
    for name, value in zip(FIELDS, values, strict=True):
        setattr(demand, name, value)
    demand.save(update_fields=FIELDS)
    audit.record("demand.status_changed", demand, by=by, was=was, status=status)
    return demand
