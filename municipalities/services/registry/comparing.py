"""Sets an edition against the database and says what would change. Reads only."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from municipalities.exceptions import RegistryError
from municipalities.models import County, CrisisCentre, Indicator, LanguageForm, Municipality, Succession, Unit
from municipalities.names import sort_key

from .checking import at
from .records import CountyRecord, Edition, MunicipalityRecord

COUNTY_FIELDS = ("name", "parallel_names", "organisation_number", "language_form", "website", "valid_from")
MUNICIPALITY_FIELDS = (
    "name",
    "parallel_names",
    "official_name",
    "organisation_number",
    "language_form",
    "is_sami_area",
    "population",
    "population_year",
    "latitude",
    "longitude",
    "grid_column",
    "grid_row",
    "website",
    "valid_from",
)
CENTRE_FIELDS = (
    "organisation_number",
    "website",
    "website_checked_on",
    "phone",
    "phone_checked_on",
    "source",
    "source_year",
)
EMPTY = (None, "", [])
INDICATOR_FIELDS = ("name_nb", "name_nn", "name_en", "kind", "unit", "fresh_days", "knowledge_key")


@dataclass
class Difference:
    """One row to create or to change: the object as it shall be, and what is different about it."""

    row: object
    changes: dict[str, tuple] = field(default_factory=dict)


@dataclass
class Plan:
    """What an import would do."""

    new_counties: list[County] = field(default_factory=list)
    changed_counties: list[Difference] = field(default_factory=list)
    new_municipalities: list[Municipality] = field(default_factory=list)
    changed_municipalities: list[Difference] = field(default_factory=list)
    ended: list[Difference] = field(default_factory=list)
    new_successions: list[Succession] = field(default_factory=list)
    new_units: list[Unit] = field(default_factory=list)
    changed_units: list[Difference] = field(default_factory=list)
    new_centres: list[CrisisCentre] = field(default_factory=list)
    centre_links: dict[str, set[str]] = field(default_factory=dict)
    new_indicators: list[Indicator] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(vars(self).values())

    def counts(self) -> dict[str, int]:
        return {name: len(value) for name, value in vars(self).items() if value}


def compare(edition: Edition) -> Plan:
    """Return what has to change; raises RegistryError when municipalities are gone and nothing says where to."""
    plan = Plan()
    compare_counties(edition, plan)
    compare_municipalities(edition, plan)
    compare_units(edition, plan)
    compare_centres(edition, plan)
    compare_indicators(edition, plan)
    return plan


def differing(row, record, names: tuple[str, ...], fill_only: frozenset[str] = frozenset()) -> dict[str, tuple]:
    """Set what the record says on the row and return what that changed.

    What the record says nothing of stays, and so does what somebody has corrected by hand.
    """
    changes = {}
    corrected = getattr(row, "corrected_fields", ())
    for name in names:
        new = getattr(record, name)
        if new is None or name in corrected:
            continue
        new = list(new) if isinstance(new, tuple) else new
        old = getattr(row, name)
        if old != new and (old in EMPTY or name not in fill_only):
            changes[name] = (old, new)
            setattr(row, name, new)
    if isinstance(record, CountyRecord | MunicipalityRecord):
        key = sort_key(record.name)
        if row.sort_key != key:
            changes["sort_key"] = (row.sort_key, key)
            row.sort_key = key
    return changes


def compare_counties(edition: Edition, plan: Plan) -> None:
    known = County.objects.in_bulk()
    for record in edition.counties:
        county = known.get(record.number)
        is_new = county is None
        county = county or County(number=record.number, language_form=LanguageForm.NEUTRAL)
        changes = differing(county, record, COUNTY_FIELDS)
        if is_new:
            plan.new_counties.append(county)
        elif changes:
            plan.changed_counties.append(Difference(county, changes))


def compare_municipalities(edition: Edition, plan: Plan) -> None:
    known = Municipality.objects.in_bulk()
    for record in edition.municipalities:
        municipality = known.get(record.number)
        if municipality is None:
            municipality = Municipality(number=record.number, county_id=record.county)
            municipality.language_form = LanguageForm.NEUTRAL
            municipality.official_name = record.name
            differing(municipality, record, MUNICIPALITY_FIELDS)
            plan.new_municipalities.append(municipality)
            continue
        if municipality.valid_to is not None and municipality.valid_to <= edition.as_of:
            reason = _("the registry says that it ended %(day)s") % {"day": municipality.valid_to.isoformat()}
            raise at(record.row, reason)
        changes = differing(municipality, record, MUNICIPALITY_FIELDS, edition.fill_only)
        if municipality.county_id != record.county:
            changes["county_id"] = (municipality.county_id, record.county)
            municipality.county_id = record.county
        if changes:
            plan.changed_municipalities.append(Difference(municipality, changes))
    compare_ended(edition, plan, known)


def compare_ended(edition: Edition, plan: Plan, known: dict[str, Municipality]) -> None:
    """Plan the end of those that are gone, with links to what continues them."""
    here = {record.number for record in edition.municipalities}
    gone = [place for place in known.values() if place.number not in here and place.valid_to is None]
    continued = continuations(edition, here)
    unexplained = [place for place in gone if not continued.get(place.number)]
    if unexplained:
        names = ", ".join(f"{place.number} {place.name}" for place in unexplained[:5])
        raise RegistryError(
            _("%(source)s lacks %(count)d municipalities, and no change record says what became of them: %(names)s.")
            % {"source": edition.label, "count": len(unexplained), "names": names}
        )
    for place in gone:
        followers = continued[place.number]
        day = min(followers.values())
        place.valid_to = day
        changes = {"valid_to": (None, day)}
        for name in ("grid_column", "grid_row"):
            changes[name] = (getattr(place, name), None)
            setattr(place, name, None)
        plan.ended.append(Difference(place, changes))
    present = set(Succession.objects.values_list("predecessor_id", "successor_id"))
    for old, followers in continued.items():
        if old not in known:
            continue
        plan.new_successions += [
            Succession(predecessor_id=old, successor_id=new, on=day)
            for new, day in followers.items()
            if (old, new) not in present
        ]
    for place in plan.new_municipalities:
        born = [followers[place.number] for followers in continued.values() if place.number in followers]
        if place.valid_from is None and born:
            place.valid_from = max(born)


def continuations(edition: Edition, here: set[str]) -> dict[str, dict[str, date]]:
    """Return for each number that is gone those that continue it today, through any number of steps."""
    steps: dict[str, dict[str, date]] = defaultdict(dict)
    for record in edition.changes:
        if record.old not in here and record.old != record.new:
            steps[record.old][record.new] = record.on
    return {old: follow(old, steps, here) for old in list(steps)}


def follow(old: str, steps: dict[str, dict[str, date]], here: set[str]) -> dict[str, date]:
    found: dict[str, date] = {}
    seen = {old}
    waiting = list(steps[old].items())
    while waiting:
        new, day = waiting.pop()
        if new in seen:
            continue
        seen.add(new)
        if new in here:
            found[new] = day
        else:
            waiting += [(later, day) for later in steps.get(new, {})]
    return found


def compare_units(edition: Edition, plan: Plan) -> None:
    """Each municipality is its own payer: one unit, with the municipality's organisation number."""
    units = {unit.municipality_id: unit for unit in Unit.objects.filter(kind=Unit.Kind.MUNICIPALITY)}
    for record in edition.municipalities:
        unit = units.get(record.number)
        if unit is None:
            unit = Unit(municipality_id=record.number, kind=Unit.Kind.MUNICIPALITY, name=f"{record.name} kommune")
            unit.organisation_number = record.organisation_number or ""
            plan.new_units.append(unit)
        elif record.organisation_number and unit.organisation_number != record.organisation_number:
            changes = {"organisation_number": (unit.organisation_number, record.organisation_number)}
            unit.organisation_number = record.organisation_number
            plan.changed_units.append(Difference(unit, changes))
    for ended in plan.ended:
        unit = units.get(ended.row.number)
        if unit and unit.is_active:
            unit.is_active = False
            plan.changed_units.append(Difference(unit, {"is_active": (True, False)}))


def compare_centres(edition: Edition, plan: Plan) -> None:
    """Add what is missing. Staff keep the centres up to date themselves, so one that is there stays as it is."""
    known = set(CrisisCentre.objects.values_list("name", flat=True))
    for record in edition.centres:
        if record.name in known:
            continue
        centre = CrisisCentre(name=record.name, host_id=record.host)
        differing(centre, record, CENTRE_FIELDS)
        plan.new_centres.append(centre)
        plan.centre_links[record.name] = set(record.municipalities)


def compare_indicators(edition: Edition, plan: Plan) -> None:
    """Add what is missing; how long a value stays fresh is for staff to say."""
    known = set(Indicator.objects.values_list("key", flat=True))
    for record in edition.indicators:
        if record.key in known:
            continue
        indicator = Indicator(key=record.key)
        differing(indicator, record, INDICATOR_FIELDS)
        plan.new_indicators.append(indicator)
