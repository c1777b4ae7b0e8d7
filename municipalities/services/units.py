"""Units: who books or pays."""

from django.db import transaction

from municipalities.models import Unit
from taushet.models import User
from taushet.services import audit


@transaction.atomic
def save_unit(unit: Unit, *, by: User) -> Unit:
    """Store a new or changed unit and write down who did it."""
    action = "unit.created" if unit._state.adding else "unit.changed"
    unit.save()
    audit.record(action, unit, by=by, municipality=unit.municipality_id)
    return unit
