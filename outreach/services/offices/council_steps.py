"""The steps of an import of councillors, and who holds office in the places it is about."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from municipalities.services.place_cells import Place
from outreach.models import Body, Mandate, Politician
from outreach.services.offices.council_reading import IN_COMMITTEES, CouncilRow
from outreach.services.offices.office_names import name_key
from outreach.services.offices.parties import short_party

Role, Kind = Mandate.Role, Body.Kind
WRITTEN = frozenset({"new", "changed", "ended", "checked"})
STATES = ("new", "changed", "ended", "checked", "doubtful", "faulty", "same")


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

    state: str  # new, changed, checked (only the address, seen again), same, doubtful, faulty, ended
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
    left_groups: list[str] = field(default_factory=list)  # what to say of groups of another party that they lead

    @property
    def place_key(self) -> str:
        return self.row.place.key if self.row else body_key(self.mandate.body)[0]

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
    # The (place, kind) of bodies that were here before: whoever is new in one has come since.
    known_bodies: set[tuple[str, str]] = field(default_factory=set)

    def of(self, state: str) -> list[Step]:
        return [step for step in self.steps if step.state == state]

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(step.state for step in self.steps)
        return {state: counted[state] for state in STATES}

    @property
    def writes(self) -> bool:
        return any(step.state in WRITTEN for step in self.steps)

    @property
    def left_groups(self) -> list[str]:
        """What to say of those who lead the group of a party they have left."""
        return [
            f"{step.name}, {step.place}: {sentence}"
            for step in self.steps
            if step.row and step.politician
            for sentence in step.left_groups
        ]

    def pieces(self, size: int) -> Iterator["CouncilPlan"]:
        """Divide what is to be written into plans of so many steps or more, each of whole places."""
        by_place: dict[str, list[Step]] = defaultdict(list)
        for step in self.steps:
            if step.state in WRITTEN:
                by_place[step.place_key].append(step)
        piece: dict[str, list[Step]] = {}
        for number, (key, steps) in enumerate(by_place.items(), 1):
            piece[key] = steps
            if sum(map(len, piece.values())) >= size or number == len(by_place):
                some = [step for steps in piece.values() for step in steps]
                yield replace(self, steps=some, places={key: self.places[key] for key in piece})
                piece = {}


def offices_of(row: CouncilRow) -> list[Office]:
    """Return the offices a line tells of."""
    key, name = row.place.key, row.place.name
    own = Kind.COUNTY if row.place.county else Kind.MUNICIPALITY
    kinds = {
        Role.COUNCILLOR: (Kind.COUNCIL, ""),
        Role.SUBSTITUTE: (Kind.COUNCIL, ""),
        Role.GROUP_LEADER: (Kind.PARTY_GROUP, group_name(row.party, name)),
        Role.BOARD_MEMBER: (Kind.EXECUTIVE, ""),
    }
    found = [Office(key, *kinds.get(role, (own, "")), role) for role in row.roles if role not in IN_COMMITTEES]
    if sits := [role for role in row.roles if role in IN_COMMITTEES]:
        # Who leads one leads the first that is named, and sits in the others.
        roles = [sits[0], *[Role.MEMBER] * len(row.committees)]
        found += [
            Office(key, Kind.COUNCIL_COMMITTEE, name, role) for name, role in zip(row.committees, roles, strict=False)
        ]
    return found


def group_name(party: str, place: str) -> str:
    """Return what a party group is called."""
    return f"{short_party(party)}, {place}"[:120]


def office_of(mandate: Mandate) -> Office:
    body = mandate.body
    place, kind, name = body_key(body)
    return Office(place, kind, name, mandate.role)


def body_key(body: Body) -> tuple[str, str, str]:
    """Return what tells a body apart in a place: one council and one board, committees and groups by name."""
    place = body.municipality_id or f"f{body.county_id}"
    name = body.name if body.kind in {Kind.PARTY_GROUP, Kind.COUNCIL_COMMITTEE} else ""
    if body.kind == Kind.PARTY_GROUP:  # «Arbeiderpartiet, Alver» is the group of Ap
        party, comma, of_place = name.rpartition(", ")
        name = f"{short_party(party)}{comma}{of_place}"
    return place, body.kind, name


class Here:
    """Who holds office in the places of a list, and everybody by name, in a handful of queries."""

    def __init__(self, places: dict[str, Place], on: date):
        """`on` is the day of the list: who left later had the office then."""
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
            if not mandate.has_ended(on):
                self.open[office.place].append(mandate)
                key = (office.place, name_key(str(mandate.politician)))
                self.people[key][mandate.politician_id].append(mandate)
        self.names: dict[str, list[Politician]] = defaultdict(list)
        for politician in Politician.objects.exclude(last_name="").order_by("pk"):
            self.names[name_key(str(politician))].append(politician)
