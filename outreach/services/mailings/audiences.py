"""Who a mailing goes to: a filter over offices, those put in or taken out by hand, and why the rest gets nothing.

The count on the page and the letters that are drafted read the same `look`, so that they cannot differ.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from municipalities.knowledge import knowledge, with_knowledge
from municipalities.models import Municipality
from outreach.models import Body, Letter, Mailing, Mandate
from outreach.services.mailings.audience_answers import (
    Silence,
    answered_letters,
    letters_of,
    offices_of,
    places_of,
    silence_among,
)
from outreach.services.mailings.audience_facts import Split, by_indicator, split_by
from outreach.services.mailings.had_before import AT_ANY_TIME, had_demands, had_lately
from outreach.services.offices.leaves import away_offices
from outreach.services.offices.parties import spellings_of
from outreach.services.privacy.objections import PURPOSE, people_who_objected
from taushet.addresses import canonical
from taushet.models import Suppression
from taushet.searches import holds

LOCAL, COUNTY, NATIONAL = "local", "county", "national"
# Whoever stands first here gets the letter when two hold offices with the same address.
RANK = {role: number for number, role in enumerate(["mailbox", "mayor", "director", "deputy_mayor", "group_leader"])}


@dataclass(frozen=True)
class Audience:
    """A filter over offices. Empty means that nothing is asked; `everywhere` is every municipality of today."""

    level: str = LOCAL
    roles: tuple[str, ...] = (Mandate.Role.MAILBOX,)
    everywhere: bool = False
    counties: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    bodies: tuple[int, ...] = ()
    committee: str = ""
    indicator: str = ""
    indicator_is: str = ""
    indicator_value: str = ""
    had_course: str = ""
    unanswered: bool = False
    unanswered_demand: int = 0
    unanswered_mailing: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as `Mailing.audience` keeps it."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in sorted(asdict(self).items())
            if value not in ((), "", False, 0)
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Audience":
        """Return what `Mailing.audience` keeps; what nobody knows is left out."""
        known = {entry.name for entry in fields(cls)}
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()}
        return cls(**{"roles": (), **{name: value for name, value in values.items() if name in known}})

    @property
    def narrows_people(self) -> bool:
        """Whether an office may lack in a municipality without anything being wrong."""
        return bool(self.parties or self.bodies or self.committee)

    @property
    def asks_for_silence(self) -> bool:
        """Whether only those are asked for that have not answered us: at all, about a demand, or a mailing they got."""
        return bool(self.unanswered or self.unanswered_demand or self.unanswered_mailing)

    @property
    def answered(self) -> QuerySet[Letter]:
        """The letters whose answer keeps somebody out of it."""
        return answered_letters(self.unanswered_demand, self.unanswered_mailing)


class Candidate(NamedTuple):
    """An office of the audience, and the first reason why it gets no letter."""

    mandate: int
    email: str
    role: str
    municipality: str | None
    why: str = ""


@dataclass
class Count:
    """How an audience becomes letters, as a person reads it: `steps` take away one after the other."""

    offices: int = 0
    places_without: int = 0
    steps: Counter = field(default_factory=Counter)
    picked: int = 0
    dropped: int = 0
    fact: Split | None = None
    silence: Silence | None = None

    @property
    def lost(self) -> list[tuple[str, int]]:
        """Why offices get no letter and how many, the most frequent first."""
        return self.steps.most_common()

    @property
    def goes(self) -> int:
        return self.offices - sum(self.steps.values())


def places(audience: Audience, day: date) -> QuerySet[Municipality]:
    """The municipalities an audience is about on a day, also those in which nobody is known."""
    chosen = Q(pk__in=audience.municipalities)
    today = Municipality.objects.current()
    if audience.everywhere:
        chosen |= Q(pk__in=today.values("pk"))
    elif audience.counties:
        chosen |= Q(pk__in=today.filter(county__in=audience.counties).values("pk"))
    found = Municipality.objects.filter(chosen)
    if audience.indicator:
        asked = (audience.indicator, audience.indicator_is, audience.indicator_value)
        found = found.filter(by_indicator(*asked, day))
    if audience.had_course and knowledge.get("courses_held"):
        with_courses = with_knowledge(Municipality.objects.all(), "courses_held").filter(known_courses_held__gt=0)
        had = Q(pk__in=with_courses.values("pk"))
        found = found.filter(had if audience.had_course == "yes" else ~had)
    if audience.asks_for_silence:
        found = found.exclude(pk__in=places_of(audience.answered))
    if audience.unanswered_mailing:
        found = found.filter(pk__in=places_of(letters_of(audience.unanswered_mailing)))
    return found


def offices(audience: Audience, day: date) -> QuerySet[Mandate]:
    """The offices held on a day that the filter picks."""
    found = Mandate.objects.in_office(day).filter(role__in=audience.roles)
    if audience.level == NATIONAL:
        found = found.filter(body__municipality=None).exclude(of_counties())
    elif audience.level == COUNTY:
        found = found.filter(of_counties())
        if audience.counties:
            found = found.filter(body__county__in=audience.counties)
    else:
        found = found.filter(body__municipality__in=places(audience, day))
    if audience.level != LOCAL and audience.asks_for_silence:
        found = found.exclude(offices_of(audience.answered, audience.level))
        if audience.unanswered_mailing:
            found = found.filter(offices_of(letters_of(audience.unanswered_mailing), audience.level))
    if audience.parties:
        found = found.filter(party__in=spellings_of(audience.parties))
    if audience.committee:
        found = found.filter(of_committee(audience.committee))
    if audience.bodies:
        found = found.filter(body__in=audience.bodies)
    return found


def of_counties() -> Q:
    """Return what picks the offices of county authorities; a state administrator is the state's."""
    return Q(body__county__isnull=False) & ~Q(body__kind=Body.Kind.STATE_ADMINISTRATION)


def of_committee(text: str) -> Q:
    """Return what picks the offices in committees whose name holds a text, of councils and of the Storting."""
    return Q(body__kind__in=[Body.Kind.COUNCIL_COMMITTEE, Body.Kind.COMMITTEE]) & holds(text, "body__name")


@dataclass(frozen=True)
class Look:
    """Everybody in an audience, those in whose municipality nobody holds such an office, and the count."""

    candidates: list[Candidate]
    places_without: list[str]
    count: Count

    @property
    def size(self) -> int:
        return len(self.candidates) + len(self.places_without)


def look(
    audience: Audience,
    *,
    day: date,
    versions: Sequence[int] = (),
    occasion: str = Mailing.Occasion.FIRST,
    added: Iterable[int] = (),
    dropped: Iterable[int] = (),
    apart_from: Collection[int] = (),
    only: set[int] | None = None,
    narrows: bool = False,
    waits: Mapping[int, str] | None = None,
) -> Look:
    """Find who is in an audience on a day (Oslo date), and for each the first reason to get no letter.

    `versions` are the wordings to be sent, `added` and `dropped` the offices chosen by hand, `apart_from` the mailings
    whose letters do not count as letters had lately: the one itself and what it follows. `only` are the offices that
    got what this one follows: then it goes to those, whatever the filter says by now, unless somebody has changed the
    filter to narrow them (`narrows`); `waits` tells who is not to be reminded yet, and why. A handful of queries.
    """
    added, dropped = set(added), set(dropped)
    if only is not None and narrows:
        only &= set(offices(audience, day).values_list("pk", flat=True)) | added
    shown = ("pk", "email", "role", "body__municipality_id")
    chosen = offices(audience, day) if only is None else Mandate.objects.filter(pk__in=only)
    rows = [Candidate(*row) for row in chosen.order_by().values_list(*shown)]
    count = Count(picked=len(added), dropped=len(dropped & {row.mandate for row in rows}))
    filtered = {row.mandate for row in rows}
    named = added | (only or set())
    still = set(Mandate.objects.in_office(day).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    if added and only is None:
        rows += [Candidate(*row) for row in Mandate.objects.filter(pk__in=added - filtered).values_list(*shown)]
    rows = [row for row in rows if row.mandate not in dropped]
    manned = {row.municipality for row in rows}
    without = []
    if only is None and audience.level == LOCAL and not audience.narrows_people:
        manned.update(Mandate.objects.filter(pk__in=dropped).values_list("body__municipality", flat=True))
        numbers = places(audience, day).order_by("pk").values_list("pk", flat=True)
        without = [number for number in numbers if number not in manned]
    suppressed = suppressed_of({row.email for row in rows if row.email})
    addresses = {row.mandate: row.email for row in rows}
    already = had_demands(addresses, versions, occasion, day)
    quiet = set() if occasion in AT_ANY_TIME else had_lately(addresses, day, apart_from)
    refused = {
        "left_office": named - still,
        "on_leave": away_offices(day),
        "objected": objected_mandates(),
        "already_sent": already,
    }
    waits = waits or {}
    # Nearly all get one, and a count is asked for with every tick of the form: the others alone are asked why not.
    stopped = quiet.union(*refused.values(), waits)
    whys = [
        ""
        if row.mandate not in stopped and row.email and row.email not in suppressed
        else reason_of(row, refused, suppressed, quiet) or waits.get(row.mandate, "")
        for row in rows
    ]
    judged = [row._replace(why=why) if why else row for row, why in zip(rows, whys, strict=True)]
    if second := second_at_address([row for row in judged if not row.why]):
        judged = [row._replace(why="same_address") if row.mandate in second else row for row in judged]
    count.offices, count.places_without = len(judged), len(without)
    if only is None and audience.level == LOCAL and audience.indicator:
        count.fact = split_by(audience.indicator, places(replace(audience, indicator=""), day), day)
    if only is None and audience.asks_for_silence:
        anybody = offices(replace(audience, unanswered=False, unanswered_demand=0, unanswered_mailing=0), day)
        count.silence = silence_among(anybody, audience.answered, audience.unanswered_mailing, audience.level)
    count.steps.update(row.why for row in judged if row.why)
    return Look(judged, without, count)


def reason_of(row: Candidate, refused: dict[str, set[int]], suppressed: set[str], quiet: set[int]) -> str:
    """Return what keeps an office from getting a letter, whoever else gets one."""
    if row.mandate in refused["left_office"]:
        return "left_office"
    if row.mandate in refused["on_leave"]:
        return "on_leave"
    if row.mandate in refused["objected"]:
        return "objected"
    if not row.email:
        return "no_address"
    if row.email in suppressed:
        return "suppressed"
    if row.mandate in refused["already_sent"]:
        return "already_sent"
    return "quiet_period" if row.mandate in quiet else ""


def second_at_address(rows: list[Candidate]) -> set[int]:
    """Return which of those who may get a letter get none since another at the address does, by rank and then age."""
    times = Counter([row.email.lower() for row in rows])
    if len(times) == len(rows):
        return set()
    shared = [row for row in rows if times[row.email.lower()] > 1]
    shared.sort(key=lambda row: (RANK.get(row.role, len(RANK)), row.mandate))
    first = {row.email.lower(): row.mandate for row in reversed(shared)}
    return {row.mandate for row in shared if first[row.email.lower()] != row.mandate}


def suppressed_of(emails: set[str]) -> set[str]:
    """Return which of the addresses get no mail from us."""
    silent = set(Suppression.objects.filter(purpose__in=["", PURPOSE]).values_list("email", flat=True))
    return {email for email in emails if canonical(email) in silent} if silent else set()


def objected_mandates() -> set[int]:
    """Return the offices of people who want no letters from us."""
    people = people_who_objected()
    return set(Mandate.objects.filter(politician__in=people).values_list("pk", flat=True)) if people else set()
