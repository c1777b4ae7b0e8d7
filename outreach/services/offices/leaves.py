"""Who is away from which office."""

from datetime import date

from outreach.models import Leave, Mandate


def away_offices(day: date) -> set[int]:
    """Return the offices whose holders are on leave on a day (Oslo date); whoever meets instead holds one of their own.

    Whoever is away from a seat in a municipal council is away from what goes with it too, such as leading a group.
    """
    asked = ("mandate", "mandate__role", "mandate__politician", "mandate__body__municipality")
    leaves = list(Leave.objects.on(day).order_by().values_list(*asked))
    away = {mandate for mandate, *_rest in leaves}
    seats = {(person, place) for _mandate, role, person, place in leaves if role == Mandate.Role.COUNCILLOR}
    if seats:
        people = {person for person, _place in seats}
        held = Mandate.objects.filter(politician__in=people).order_by()
        rows = held.values_list("pk", "politician", "body__municipality")
        away |= {mandate for mandate, person, place in rows if (person, place) in seats}
    return away
