"""What a list of councillors changes, worked out before anything is written.

Nobody is taken for somebody else because of a name alone: within one council a name that stands once in the list and
once here is the same person, everything else waits for a person to decide.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from outreach.models import Mandate, Politician
from outreach.services.offices.council_leavers import followed, leavers, refuse_rivals
from outreach.services.offices.council_reading import CouncilRow
from outreach.services.offices.council_steps import CouncilPlan, Here, Office, Step, office_of, offices_of
from outreach.services.offices.parties import same_party as parties_alike

Role = Mandate.Role
ANOTHER, SKIP = "another", "skip"
WARNED = 5


def plan_councils(
    rows: list[CouncilRow], *, as_of: date, source: str, is_whole: bool, decisions: dict[str, str]
) -> CouncilPlan:
    """Return what a list changes; `decisions` is what a person has said of doubtful lines, by line.

    With `is_whole` whoever is no longer in the list of a council leaves the office on `as_of`, an Oslo date.
    """
    places = {row.place.key: row.place for row in rows if row.place}
    refuse_rivals(rows)
    here = Here(places, as_of)
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
    plan = CouncilPlan(made + ended, warnings, places, as_of, source, here.known_bodies)
    plan.warnings += plan.left_groups[:WARNED]  # each stands beside its line too
    return plan


def base_step(row: CouncilRow, state: str, told: Iterable[str] = ()) -> Step:
    offices = [str(Role(role).label) for role in row.roles]
    place = row.place.label if row.place else ""
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
    parties = [one.party for one in mandates if one.party]
    return not row.party or not parties or any(parties_alike(row.party, party) for party in parties)


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
    step.left_groups = groups_left(row, held)
    step.told += step.left_groups
    if not held:
        step.state = "new"
    else:
        step.state = "changed" if step.add else state_of(step.change)
        step.told += [_("New office: %(office)s.") % {"office": Role(office.role).label} for office in step.add]
    return step


def groups_left(row: CouncilRow, held: dict[Office, Mandate]) -> list[str]:
    """Say that somebody who has changed party still leads the group of the one before."""
    return [
        _("Still stands as leader of %(group)s. End that office by hand if it is no longer so.")
        % {"group": mandate.body}
        for mandate in held.values()
        if mandate.role == Role.GROUP_LEADER and row.party and not parties_alike(row.party, mandate.party)
    ]


def state_of(change: dict[int, dict]) -> str:
    """Say what a change of offices amounts to: an address that was seen again is not much of one."""
    names = {name for values in change.values() for name in values}
    return "changed" if names - {"email_checked_on"} else "checked" if names else "same"


TOLD = {"party", "email", "period"}


def changes_of(mandate: Mandate, row: CouncilRow, as_of: date) -> dict:
    """Return the fields of an office that the list says otherwise. What it does not say is left as it is."""
    values = {}
    for name in ("party", "period"):
        said = getattr(row, name)
        held = getattr(mandate, name)
        if said and said != held and not (name == "party" and parties_alike(said, held)):
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
