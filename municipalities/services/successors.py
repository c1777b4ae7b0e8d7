"""Whom something goes to when the municipality it was meant for has been merged into another."""

from municipalities.models import Municipality, Unit

MOST_STEPS = 10


def successor_of(municipality: Municipality) -> Municipality:
    """Return the municipality that continues this one today; itself while it stands, or when several do."""
    for _step in range(MOST_STEPS):
        if not municipality.has_ended:
            break
        successors = list(municipality.successors.all()[:2])
        if len(successors) != 1:
            break
        municipality = successors[0]
    return municipality


def current_unit(unit: Unit) -> Unit | None:
    """Return the unit that pays today for a unit: of a municipality itself, that of its successor; else the same.

    None when the successor has no unit of its own yet.
    """
    if unit.kind != Unit.Kind.MUNICIPALITY or not unit.municipality.has_ended:
        return unit
    successor = successor_of(unit.municipality)
    return Unit.objects.filter(municipality=successor, kind=Unit.Kind.MUNICIPALITY).first()
