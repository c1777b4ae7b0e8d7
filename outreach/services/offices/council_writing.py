"""Writing what a list of councillors changes, exactly as it was looked over."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from municipalities.services.place_cells import Place
from outreach.models import Body, Mandate, Politician
from outreach.services.offices.council_steps import WRITTEN, CouncilPlan, Office, Step, body_key
from taushet.models import User
from taushet.services import audit

Kind, Role = Body.Kind, Mandate.Role
AT_ONCE = 500  # SQLite takes so many values, and some more, in one question


def write_councils(plan: CouncilPlan, *, by: User) -> dict:
    """Write the steps of a plan in the caller's transaction; returns what is needed to take it back."""
    written = {"people": [], "mandates": [], "changed": [], "ended": []}
    end_all([step.mandate for step in plan.of("ended")], plan.as_of, written, by)
    going = [step for step in plan.steps if step.state in WRITTEN - {"ended"}]
    write_people(going, written)
    change_all(going, plan.source, written, by)
    bodies = Bodies(plan.places)
    bodies.make({office for step in going for office in step.add})
    mandates = [
        new_mandate(
            *(step, office, bodies.get(office), plan),
            plan.as_of if (office.place, office.kind) in plan.known_bodies else None,
        )
        for step in going
        for office in step.add
    ]
    Mandate.objects.bulk_create(mandates, batch_size=AT_ONCE)
    written["mandates"] = [mandate.pk for mandate in mandates]
    return written


def log(action: str, rows: list[tuple[Mandate, dict]], by: User) -> None:
    audit.record_many(action, rows, by=by, kind="import")


def write_people(steps: list[Step], written: dict) -> None:
    new = [step for step in steps if step.politician is None]
    people = [Politician(first_name=step.row.first_name, last_name=step.row.last_name) for step in new]
    Politician.objects.bulk_create(people, batch_size=AT_ONCE)
    for step, person in zip(new, people, strict=True):
        step.politician = person
    written["people"] = [person.pk for person in people]


def change_all(steps: list[Step], source: str, written: dict, by: User) -> None:
    """Change offices: those that say otherwise one by one, and addresses that were seen again all at once."""
    wanted = {pk: values for step in steps for pk, values in step.change.items()}
    mandates = Mandate.objects.in_bulk(wanted)
    told, differing, seen_again = [], [], defaultdict(list)
    for pk, values in wanted.items():
        mandate = mandates[pk]
        if "email_checked_on" in values:
            values = values | {"email_source": source}
        before = {name: stored(getattr(mandate, name)) for name in values}
        for name, value in values.items():
            setattr(mandate, name, value)
        written["changed"].append([pk, before, {name: stored(value) for name, value in values.items()}])
        if values.keys() == {"email_checked_on", "email_source"}:
            seen_again[values["email_checked_on"]].append(pk)
        else:
            differing.append(mandate)
            told.append((mandate, {"fields": sorted(values)}))
    fields = ["party", "period", "email", "email_source", "email_checked_on"]
    Mandate.objects.bulk_update(differing, fields, batch_size=200)
    for day, pks in seen_again.items():
        update_all(pks, email_checked_on=day, email_source=source)
    log("offices.changed", told, by)


def update_all(pks: list[int], **values) -> None:
    for start in range(0, len(pks), AT_ONCE):
        Mandate.objects.filter(pk__in=pks[start : start + AT_ONCE]).update(**values)


def stored(value):
    return value.isoformat() if isinstance(value, date) else value


def end_all(mandates: list[Mandate], on: date, written: dict, by: User) -> None:
    days = defaultdict(list)
    for mandate in mandates:
        before, mandate.ends_on = mandate.ends_on, max(on, mandate.starts_on or on)
        days[mandate.ends_on].append(mandate.pk)
        written["ended"].append([mandate.pk, stored(mandate.ends_on), stored(before)])
    for day, pks in days.items():
        update_all(pks, ends_on=day)
    log("mandate.ended", [(mandate, {"on": mandate.ends_on.isoformat()}) for mandate in mandates], by)


def new_mandate(step: Step, office: Office, body: Body, plan: CouncilPlan, starts_on: date | None) -> Mandate:
    row = step.row
    address = {"email": row.email, "email_source": plan.source, "email_checked_on": plan.as_of} if row.email else {}
    return Mandate(
        politician=step.politician,
        body=body,
        role=office.role,
        party=row.party,
        period=row.period,
        is_substitute=True if office.role == Role.SUBSTITUTE else None,
        starts_on=starts_on,
        source=plan.source,
        **address,
    )


class Bodies:
    """The bodies of the places, made when they are not there yet."""

    def __init__(self, places: dict[str, Place]):
        self.places = places
        municipalities = [place.municipality for place in places.values() if place.municipality]
        counties = [place.county for place in places.values() if place.county]
        found = Body.objects.filter(municipality__in=municipalities) | Body.objects.filter(county__in=counties)
        self.known = {}
        for body in found.order_by("pk"):
            self.known.setdefault(body_key(body), body)

    def make(self, offices: Iterable[Office]) -> None:
        """Make all bodies of some offices that are not there yet, at once."""
        missing = sorted({(office.place, office.kind, office.body) for office in offices} - self.known.keys())
        made = Body.objects.bulk_create(self.new(*key) for key in missing)
        self.known |= dict(zip(missing, made, strict=True))

    def new(self, place: str, kind: str, name: str) -> Body:
        place = self.places[place]
        return Body(kind=kind, name=name or body_name(place, kind), **place.where)

    def get(self, office: Office) -> Body:
        """Return the body of an office, made when it is not there yet."""
        self.make([office])
        return self.known[office.place, office.kind, office.body]


def body_name(place: Place, kind: str) -> str:
    """Return what a council or a board is called, in the words of Norwegian law."""
    if place.county:
        names = {Kind.COUNCIL: "Fylkestinget", Kind.EXECUTIVE: "Fylkesutvalget", Kind.COUNTY: ""}
        return f"{names[kind]} i {place.county.name}" if names[kind] else place.name
    names = {Kind.COUNCIL: "Kommunestyret", Kind.EXECUTIVE: "Formannskapet"}
    return f"{names[kind]} i {place.name}" if kind in names else f"{place.name} kommune"
