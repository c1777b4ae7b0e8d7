"""Who leaves office because of a list of councillors: nobody because of a line that is not clear."""

from collections import defaultdict
from dataclasses import replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from municipalities.services.place_cells import Place
from outreach.models import Mandate
from outreach.services.offices.council_reading import AMONG_MEMBERS, IN_COMMITTEES, CouncilRow
from outreach.services.offices.council_steps import Here, Step, office_of, offices_of

Role = Mandate.Role


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


def leavers(steps: list[Step], here: Here, places: dict[str, Place], as_of: date) -> tuple[list[Step], list[str]]:
    """Return who is no longer in the list, and what to warn of; unclear lines keep everybody they could be about."""
    warnings = []
    if any(step.state == "faulty" and step.row.place is None for step in steps):
        return [], [_("Nobody is put down as having left, since some lines name a place we do not know.")]
    unclear = {step.row.place.key for step in steps if step.state == "faulty"}
    if unclear:
        names = ", ".join(sorted(places[key].label for key in unclear)[:5])
        warnings.append(
            _("Nobody in %(places)s is put down as having left, since some lines there have faults.")
            % {"places": names}
        )
    wanted, covered, kept = set(), defaultdict(set), set()
    for step in steps:
        if step.state == "faulty":
            continue
        offices = offices_of(step.row)
        covered[step.row.place.key] |= told_of(step.row)
        covered[step.row.place.key] |= {office for office in offices if office.role in IN_COMMITTEES}
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
        theirs = [one for one in here.open[key] if tells_of(covered[key], one)]
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
                _("More than half of the council of %(place)s would leave. Is the list whole?") % {"place": place.label}
            )
        ended += [ended_step(mandate, place, as_of) for mandate in gone]
        ended += [
            ended_step(mandate, place, as_of, needs_seat=True)
            for mandate in only_for_members(here.open[key], leaving, gone, wanted)
        ]
    return ended, warnings


def only_for_members(held: list[Mandate], leaving: list[Mandate], gone: list[Mandate], wanted: set) -> list[Mandate]:
    """Return the offices that those who leave the council cannot keep, though the list tells nothing of them."""
    leavers_of_council = {mandate.politician_id for mandate in leaving}
    known = {mandate.pk for mandate in gone}
    return [
        mandate
        for mandate in held
        if mandate.role in AMONG_MEMBERS
        and mandate.politician_id in leavers_of_council
        and mandate.pk not in known
        and (mandate.politician_id, office_of(mandate)) not in wanted
    ]


def told_of(row: CouncilRow) -> set[str]:
    """Return of which offices a line shows that the list tells: a list of mayors is no list of the council."""
    roles = set(row.roles) - IN_COMMITTEES
    return roles - {Role.COUNCILLOR} if roles & AMONG_MEMBERS else roles


def tells_of(covered: set, mandate: Mandate) -> bool:
    """Whether a list tells who holds an office; of committees it tells of those it names."""
    if mandate.role not in IN_COMMITTEES:
        return mandate.role in covered
    held = office_of(mandate)
    return any(replace(held, role=role) in covered for role in IN_COMMITTEES)


def followed(steps: list[Step], ended: list[Step], here: Here, places: dict[str, Place], as_of: date) -> list[Step]:
    """Return who has to leave since somebody else gets an office that one person has at a time."""
    gone = {step.mandate.pk for step in ended}
    taken = {
        (office.place, office.role): step.name for step in steps for office in step.add if office.role in Mandate.SINGLE
    }
    return [
        ended_step(mandate, places[place], as_of, follower=taken[place, role])
        for place, role in sorted(taken)
        for mandate in here.open[place]
        if mandate.role == role and mandate.pk not in gone
    ]


def ended_step(mandate: Mandate, place: Place, as_of: date, *, follower: str = "", needs_seat: bool = False) -> Step:
    """Return that somebody leaves: not in a whole list any more, or `follower` has the office one has at a time.

    With `needs_seat` because the office is one that only members of the council hold.
    """
    words = {"day": date_format(as_of, "DATE_FORMAT"), "name": follower}
    if follower:
        told = [_("The list says that %(name)s has this office: without it from %(day)s.") % words]
    elif needs_seat:
        told = [_("Leaves the council, and only members have this office: without it from %(day)s.") % words]
    else:
        told = [_("No longer in the list: without this office from %(day)s.") % words]
    return Step(
        "ended", None, str(mandate.politician), place.label, mandate.party, [mandate.office], told, mandate=mandate
    )
