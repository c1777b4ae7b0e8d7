"""What a list of councillors changes, worked out before anything is written.

Nobody is taken for somebody else because of a name alone: within one council a name that stands once in the list and
once here is the same person, everything else waits for a person to decide.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from outreach.models import Body, Mandate, Politician

from .council_reading import CouncilRow
from .office_names import Place, name_key

Role, Kind = Mandate.Role, Body.Kind
ANOTHER, SKIP = "another", "skip"


@dataclass(frozen=True)
class Office:
    """An office in a place, before it is known whether its body is there."""

    place: str
    kind: str
    body: str
    role: str


@dataclass
class Step:
    """What one line becomes, or one office that is no longer in the list."""

    state: str  # new, changed, same, doubtful, faulty, ended
    line: int | None
    name: str
    place: str
    party: str = ""
    offices: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    politician: Politician | None = None
    row: CouncilRow | None = None
    candidates: list[Politician] = field(default_factory=list)
    decision: str = ""
    add: list[Office] = field(default_factory=list)
    change: dict[int, dict] = field(default_factory=dict)
    mandate: Mandate | None = None

    @property
    def sign(self) -> list:
        """What a fingerprint covers."""
        row = self.row
        return [
            self.state,
            self.line,
            self.name,
            self.place,
            self.party,
            row.email if row else "",
            row.period if row else "",
            self.politician.pk if self.politician else None,
            self.decision,
            [[office.place, office.kind, office.body, office.role] for office in self.add],
            [[pk, sorted((name, str(value)) for name, value in values.items())] for pk, values in self.change.items()],
            self.mandate.pk if self.mandate else None,
            [candidate.pk for candidate in self.candidates],
        ]


@dataclass
class CouncilPlan:
    """All steps of a list, and what its reader should know."""

    steps: list[Step]
    warnings: list[str]
    places: dict[str, Place]
    as_of: date
    source: str

    def of(self, state: str) -> list[Step]:
        return [step for step in self.steps if step.state == state]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(step.state for step in self.steps)
        return {state: counted[state] for state in ("new", "changed", "ended", "doubtful", "faulty", "same")}

    @property
    def writes(self) -> bool:
        return any(step.state in {"new", "changed", "ended"} for step in self.steps)


def offices_of(row: CouncilRow) -> list[Office]:
    """Return the offices a line tells of."""
    key, name = row.place.key, row.place.name
    own = Kind.COUNTY if row.place.county else Kind.MUNICIPALITY
    kinds = {
        Role.COUNCILLOR: (Kind.COUNCIL, ""),
        Role.SUBSTITUTE: (Kind.COUNCIL, ""),
        Role.GROUP_LEADER: (Kind.PARTY_GROUP, f"{row.party}, {name}"[:120]),
        Role.COMMITTEE_LEADER: (Kind.COUNCIL_COMMITTEE, row.committee),
        Role.BOARD_MEMBER: (Kind.EXECUTIVE, ""),
    }
    return [Office(key, *kinds.get(role, (own, "")), role) for role in row.roles]


def office_of(mandate: Mandate) -> Office:
    body = mandate.body
    named = body.kind in {Kind.PARTY_GROUP, Kind.COUNCIL_COMMITTEE}
    place = body.municipality_id or f"f{body.county_id}"
    return Office(place, body.kind, body.name if named else "", mandate.role)


class Here:
    """Who holds office in the places of a list, and everybody by name, in a handful of queries."""

    def __init__(self, places: dict[str, Place]):
        municipalities = [place.municipality for place in places.values() if place.municipality]
        counties = [place.county for place in places.values() if place.county]
        mandates = Mandate.objects.exclude(role=Role.MAILBOX).select_related("politician", "body")
        local = mandates.filter(body__municipality__in=municipalities) | mandates.filter(body__county__in=counties)
        local = local.exclude(body__kind=Kind.STATE_ADMINISTRATION)
        self.open: dict[str, list[Mandate]] = defaultdict(list)
        self.known_bodies: set[tuple[str, str]] = set()
        self.people: dict[tuple[str, str], dict[int, list[Mandate]]] = defaultdict(lambda: defaultdict(list))
        for mandate in local.order_by("pk"):
            office = office_of(mandate)
            self.known_bodies.add((office.place, office.kind))
            if mandate.ends_on is None:
                self.open[office.place].append(mandate)
                key = (office.place, name_key(str(mandate.politician)))
                self.people[key][mandate.politician_id].append(mandate)
        self.names: dict[str, list[Politician]] = defaultdict(list)
        for politician in Politician.objects.exclude(last_name="").order_by("pk"):
            self.names[name_key(str(politician))].append(politician)


def plan_councils(
    rows: list[CouncilRow], *, as_of: date, source: str, is_whole: bool, decisions: dict[str, str]
) -> CouncilPlan:
    """Return what a list changes; `decisions` is what a person has said of doubtful lines, by line.

    With `is_whole` whoever is no longer in the list of a council leaves the office on `as_of`, an Oslo date.
    """
    places = {row.place.key: row.place for row in rows if row.place}
    refuse_rivals(rows)
    here = Here(places)
    groups: dict[tuple[str, str], list[CouncilRow]] = defaultdict(list)
    steps: dict[int, Step] = {}
    for row in rows:
        if row.faults:
            steps[row.line] = base_step(row, "faulty", told=row.faults)
        else:
            groups[row.place.key, row.key].append(row)
    for key, group in groups.items():
        for row, politician, candidates, why in match(group, here.people.get(key, {}), here.names.get(key[1], [])):
            steps[row.line] = step_of(row, politician, candidates, why, here, as_of, decisions)
    made = [steps[row.line] for row in rows]
    twice_decided(made)
    ended, warnings = leavers(made, here, places, as_of) if is_whole else ([], [])
    ended += followed(made, ended, here, places, as_of)
    return CouncilPlan(made + ended, warnings, places, as_of, source)


def refuse_rivals(rows: list[CouncilRow]) -> None:
    """Two lines of one place cannot both be the mayor."""
    for role in Mandate.SINGLE:
        holders = defaultdict(list)
        for row in rows:
            if role in row.roles and row.place:
                holders[row.place.key].append(row)
        for group in holders.values():
            if len(group) > 1:
                for row in group:
                    row.faults.append(_("Several lines say %(office)s.") % {"office": Role(role).label})


def base_step(row: CouncilRow, state: str, told: Iterable[str] = ()) -> Step:
    offices = [str(Role(role).label) for role in row.roles]
    place = row.place.name if row.place else ""
    return Step(state, row.line, row.name, place, row.party, offices, [*told, *row.notes], row=row)


def match(
    rows: list[CouncilRow], people: dict[int, list[Mandate]], namesakes: list[Politician]
) -> Iterable[tuple[CouncilRow, Politician | None, list[Politician], str]]:
    """Say who each of the lines with one name in one place is: somebody here, somebody new, or doubtful."""
    here = {pk: mandates[0].politician for pk, mandates in people.items()}
    taken: dict[int, int] = {}
    for fits in (same_party_and_address, same_party):
        for row in rows:
            found = [pk for pk, mandates in people.items() if pk not in taken.values() and fits(row, mandates)]
            rivals = [one for one in rows if one.line not in taken and any(fits(one, people[pk]) for pk in found)]
            if row.line not in taken and found and len(found) == len(rivals):
                taken[row.line] = found[0]
    alone = len(rows) == 1 and len(people) <= 1
    for row in rows:
        pk = taken.get(row.line)
        if pk is not None:
            yield row, here[pk], [], ""
        elif alone and not people and not namesakes:
            yield row, None, [], ""
        elif alone and people:
            yield row, None, list(here.values()), _("The same name, but another party.")
        elif len(rows) > 1 and not people:
            others = ", ".join(str(one.line) for one in rows if one is not row)
            yield row, None, namesakes, _("The same name stands on line %(lines)s too.") % {"lines": others}
        else:
            left = [one for one in namesakes if one.pk not in taken.values()]
            yield row, None, left, _("Somebody with the same name is here already.")


def same_party_and_address(row: CouncilRow, mandates: list[Mandate]) -> bool:
    return bool(row.email) and any(one.email == row.email for one in mandates) and same_party(row, mandates)


def same_party(row: CouncilRow, mandates: list[Mandate]) -> bool:
    parties = {one.party.casefold() for one in mandates if one.party}
    return not row.party or not parties or row.party.casefold() in parties


def step_of(
    row: CouncilRow,
    politician: Politician | None,
    candidates: list[Politician],
    why: str,
    here: Here,
    as_of: date,
    decisions: dict[str, str],
) -> Step:
    if why:
        decision = decisions.get(str(row.line), "")
        chosen = next((one for one in candidates if str(one.pk) == decision), None)
        if chosen is None and decision != ANOTHER:
            step = base_step(row, "doubtful", told=[why])
            step.candidates, step.decision = candidates, decision if decision == SKIP else ""
            return step
        politician = chosen
        step = base_step(row, "new", told=[why])
        step.candidates, step.decision = candidates, decision
    else:
        step = base_step(row, "new")
    step.politician = politician
    held = {}
    if politician is not None:
        for mandate in here.open[row.place.key]:
            if mandate.politician_id == politician.pk:
                held[office_of(mandate)] = mandate
    for office in offices_of(row):
        mandate = held.get(office)
        if mandate is None:
            step.add.append(office)
        elif values := changes_of(mandate, row, as_of):
            step.change[mandate.pk] = values
            step.told += [tell(mandate, name, value) for name, value in values.items() if name in TOLD]
    if not held:
        step.state = "new"
    else:
        step.state = "changed" if step.add or step.change else "same"
        step.told += [_("New office: %(office)s.") % {"office": Role(office.role).label} for office in step.add]
    return step


TOLD = {"party", "email", "period"}


def changes_of(mandate: Mandate, row: CouncilRow, as_of: date) -> dict:
    """Return the fields of an office that the list says otherwise. What it does not say is left as it is."""
    values = {}
    for name in ("party", "period"):
        said = getattr(row, name)
        if said and said != getattr(mandate, name):
            values[name] = said
    is_newer = mandate.email_checked_on is None or mandate.email_checked_on < as_of
    if row.email and is_newer:
        values |= {"email": row.email} if row.email != mandate.email else {}
        values["email_checked_on"] = as_of
    return values


def tell(mandate: Mandate, name: str, value: str) -> str:
    before = getattr(mandate, name)
    words = {"label": mandate._meta.get_field(name).verbose_name, "before": before or "–", "after": value}
    return _("%(label)s: %(before)s becomes %(after)s.") % words


def twice_decided(steps: list[Step]) -> None:
    """Two lines cannot be one person: the second that is said to be so is doubtful again."""
    seen: dict[tuple[int, str], Step] = {}
    for step in steps:
        if step.politician is None or step.state in {"doubtful", "faulty"}:
            continue
        first = seen.setdefault((step.politician.pk, step.place), step)
        if first is not step:
            step.state, step.add, step.change, step.decision, step.politician = "doubtful", [], {}, "", None
            step.told.append(_("Line %(line)d has been said to be the same person.") % {"line": first.line})


def leavers(steps: list[Step], here: Here, places: dict[str, Place], as_of: date) -> tuple[list[Step], list[str]]:
    """Return who is no longer in the list, and what to warn of; unclear lines keep everybody they could be about."""
    warnings = []
    if any(step.state == "faulty" and step.row.place is None for step in steps):
        return [], [_("Nobody is put down as having left, since some lines name a place we do not know.")]
    unclear = {step.row.place.key for step in steps if step.state == "faulty"}
    if unclear:
        names = ", ".join(sorted(places[key].name for key in unclear)[:5])
        warnings.append(
            _("Nobody in %(places)s is put down as having left, since some lines there have faults.")
            % {"places": names}
        )
    wanted, covered, kept = set(), defaultdict(set), set()
    for step in steps:
        if step.state == "faulty":
            continue
        offices = offices_of(step.row)
        covered[step.row.place.key] |= {office.role for office in offices}
        if step.state == "doubtful":
            kept |= {candidate.pk for candidate in step.candidates}
            unclear_single = {office.role for office in offices if office.role in Mandate.SINGLE}
            covered[step.row.place.key] -= unclear_single
        elif step.politician is not None:
            wanted |= {(step.politician.pk, office) for office in offices}
    ended = []
    for key, place in places.items():
        if key in unclear:
            continue
        theirs = [one for one in here.open[key] if one.role in covered[key]]
        gone = [
            mandate
            for mandate in theirs
            if (mandate.politician_id, office_of(mandate)) not in wanted
            and mandate.politician_id not in kept
            and (mandate.starts_on is None or mandate.starts_on <= as_of)
        ]
        members = [mandate for mandate in theirs if mandate.role == Role.COUNCILLOR]
        leaving = [mandate for mandate in gone if mandate.role == Role.COUNCILLOR]
        if len(leaving) > 3 and 2 * len(leaving) > len(members):
            warnings.append(
                _("More than half of the council of %(place)s would leave. Is the list whole?") % {"place": place.name}
            )
        ended += [ended_step(mandate, place, as_of) for mandate in gone]
    return ended, warnings


def followed(steps: list[Step], ended: list[Step], here: Here, places: dict[str, Place], as_of: date) -> list[Step]:
    """Return who has to leave since somebody else gets an office that one person has at a time."""
    gone = {step.mandate.pk for step in ended}
    taken = {(office.place, office.role) for step in steps for office in step.add if office.role in Mandate.SINGLE}
    return [
        ended_step(mandate, places[place], as_of)
        for place, role in sorted(taken)
        for mandate in here.open[place]
        if mandate.role == role and mandate.pk not in gone
    ]


def ended_step(mandate: Mandate, place: Place, as_of: date) -> Step:
    day = date_format(as_of, "DATE_FORMAT")
    told = [_("No longer in the list: without this office from %(day)s.") % {"day": day}]
    return Step(
        "ended", None, str(mandate.politician), place.name, mandate.party, [mandate.office], told, mandate=mandate
    )
