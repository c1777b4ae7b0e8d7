"""Bringing offices in the Storting and the government up to date with the official export."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import BrokenExport
from outreach.models import Body, Mandate, OfficeImport, Politician
from outreach.services.offices.council_writing import stored
from outreach.services.offices.parties import short_party
from outreach.services.offices.storting_export import SEATS, Export
from taushet.models import User
from taushet.services import audit

PREFIX = "storting:"
# An office says which export it is from: «Stortinget, data.stortinget.no 2026-11-22».
SOURCE_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}$")


class Line(str):
    """What changes, as a line to be read; `row` is the body, person or office it is about, `told` what is new of it."""

    row: models.Model
    told = ""


def line(row: models.Model, told: str = "") -> Line:
    made = Line(f"{row} ({told})" if told else row)
    made.row, made.told = row, told
    return made


@dataclass
class Changes:
    """What an import changes, as lines a person can read before saying yes."""

    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    ended: list[Line] = field(default_factory=list)
    # What is needed to take it back: keys of new rows, values before and after, days of those who left.
    written: dict = field(
        default_factory=lambda: {"people": [], "mandates": [], "bodies": [], "changed": [], "ended": []}
    )

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.ended)


@dataclass(frozen=True)
class WantedMandate:
    """An office as the export has it."""

    politician: str
    body: str
    role: str
    title: str = ""
    party: str = ""
    constituency: str = ""
    is_substitute: bool | None = None
    email: str = ""


@transaction.atomic
def import_storting(
    export: Export,
    *,
    seats: int = SEATS,
    write: bool = True,
    say: Callable[[str], None] = lambda line: None,
    same: Mapping[str, int] | None = None,
    by: User | None = None,
) -> Changes:
    """Make bodies, politicians and mandates as the export has them; who is no longer there gets an end date.

    `same` says which people of the export are here already under no number of the source, by their number in it.
    Returns what changed, or would change when `write` is false. Raises BrokenExport when the export holds another
    number of representatives than `seats`, has no ministers, or is older than what is here.
    """
    refuse_half_or_old(export, seats)
    changes = Changes()
    bodies = update_bodies(export, changes, write)
    say(_("%(number)d bodies") % {"number": len(bodies)})
    politicians = update_politicians(export, changes, write, same or {})
    say(_("%(number)d people") % {"number": len(politicians)})
    wanted = wanted_mandates(export)
    update_mandates(export, wanted, bodies, politicians, changes, write)
    say(_("%(number)d offices") % {"number": len(wanted)})
    if write and changes:
        audit.record(
            "offices.imported",
            bodies[f"{PREFIX}storting"],
            by=by,
            kind="import",
            as_of=export.as_of.isoformat(),
            new=len(changes.new),
            changed=len(changes.changed),
            ended=len(changes.ended),
        )
    return changes


def refuse_half_or_old(export: Export, seats: int) -> None:
    if len(export.representatives) != seats:
        raise BrokenExport(
            _("The export has %(found)d representatives and should have %(seats)d. If so, change the number too.")
            % {"found": len(export.representatives), "seats": seats}
        )
    if not export.ministers:
        raise BrokenExport(_("The export has no ministers."))
    ours = Mandate.objects.filter(external_id__startswith=PREFIX)
    # A day that somebody is known to leave on later says nothing of how new our copy is.
    left = models.Max("ends_on", filter=models.Q(ends_on__lte=timezone.localdate()))
    newest = ours.aggregate(start=models.Max("starts_on"), end=left)
    newest_day = max((day for day in newest.values() if day), default=None)
    if newest_day and export.as_of < newest_day:
        raise BrokenExport(
            _("The export is of %(as_of)s, and what is here is of %(newest)s.")
            % {"as_of": export.as_of, "newest": newest_day}
        )


def newest_export() -> date | None:
    """Return the day of the newest export that what is here is from, None when nothing is."""
    sources = Mandate.objects.filter(external_id__startswith=PREFIX).order_by().values_list("source", flat=True)
    days = {date.fromisoformat(found[0]) for source in sources.distinct() if (found := SOURCE_DAY.search(source))}
    written = OfficeImport.objects.filter(kind=OfficeImport.Kind.STORTING, undone_at=None).exclude(written_at=None)
    return max(days | set(written.order_by().values_list("as_of", flat=True)), default=None)


def ministry_of(name: str) -> str:
    """The ministry itself: the source adds a minister's field after a comma."""
    return name.partition(",")[0].strip()


def update_bodies(export: Export, changes: Changes, write: bool) -> dict[str, Body]:
    used = {committee for person in export.representatives for committee in person.committees}
    wanted = {f"{PREFIX}storting": (Body.Kind.STORTING, "Stortinget")}
    wanted |= {f"{PREFIX}committee:{key}": (Body.Kind.COMMITTEE, export.committees[key]) for key in sorted(used)}
    for minister in export.ministers:
        name = ministry_of(minister.ministry)
        wanted[f"{PREFIX}ministry:{name}"] = (Body.Kind.MINISTRY, name)
    bodies = {body.external_id: body for body in Body.objects.filter(external_id__startswith=PREFIX)}
    for key, (kind, name) in wanted.items():
        body = bodies.get(key)
        if body is None:
            bodies[key] = body = Body(external_id=key, kind=kind, name=name)
            changes.new.append(line(body))
            if write:
                body.save()
                changes.written["bodies"].append(body.pk)
        else:
            update_row(body, {"name": name}, changes, write)
    return bodies


def update_politicians(export: Export, changes: Changes, write: bool, same: Mapping[str, int]) -> dict[str, Politician]:
    """Politicians are told apart by their number in the source; two of the same name stay two."""
    politicians = {row.external_id: row for row in Politician.objects.filter(external_id__startswith=PREFIX)}
    known = Politician.objects.filter(external_id="").in_bulk(same.values()) if same else {}
    new = {}
    for person in (*export.representatives, *export.ministers):
        key = PREFIX + person.id
        names = {"first_name": person.first_name, "last_name": person.last_name}
        if key not in politicians and same.get(key) in known:
            politicians[key] = known[same[key]]
            update_row(politicians[key], names | {"external_id": key}, changes, write)
        elif key not in politicians:
            new[key] = politicians[key] = Politician(external_id=key, **names)
        elif key not in new:
            update_row(politicians[key], names | {"erased_at": None}, changes, write)
    changes.new += [line(politician) for politician in new.values()]
    if write:
        Politician.objects.bulk_create(new.values())
        changes.written["people"] = [politician.pk for politician in new.values()]
    return politicians


def wanted_mandates(export: Export) -> dict[str, WantedMandate]:
    """Offices by their own number. A minister's title belongs to it: another ministry is another office."""
    wanted = {}
    for person in export.representatives:
        politician = PREFIX + person.id
        wanted[f"{PREFIX}representative:{person.id}"] = WantedMandate(
            politician,
            f"{PREFIX}storting",
            Mandate.Role.REPRESENTATIVE,
            party=short_party(person.party),
            constituency=person.constituency,
            is_substitute=person.is_substitute,
            email=person.email,
        )
        for committee in person.committees:
            wanted[f"{PREFIX}member:{committee}:{person.id}"] = WantedMandate(
                politician,
                f"{PREFIX}committee:{committee}",
                Mandate.Role.MEMBER,
                party=short_party(person.party),
                email=person.email,
            )
    for person in export.ministers:
        wanted[f"{PREFIX}minister:{person.id}:{person.title}"] = WantedMandate(
            PREFIX + person.id,
            f"{PREFIX}ministry:{ministry_of(person.ministry)}",
            Mandate.Role.MINISTER,
            title=person.title,
            party=short_party(person.party),
        )
    return wanted


def update_mandates(
    export: Export,
    wanted: dict[str, WantedMandate],
    bodies: dict[str, Body],
    politicians: dict[str, Politician],
    changes: Changes,
    write: bool,
) -> None:
    ours = Mandate.objects.filter(external_id__startswith=PREFIX)
    is_first = not ours.exists()
    held = ours.not_ended(export.as_of).select_related("politician", "body")
    open_now = {row.external_id: row for row in held.order_by(models.F("ends_on").asc(nulls_last=True))}
    source = f"{export.source} {export.as_of.isoformat()}"
    new = []
    for key, want in wanted.items():
        fields = {"title": want.title, "party": want.party, "constituency": want.constituency}
        if want.is_substitute is not None:
            fields["is_substitute"] = want.is_substitute
        address = {"email": want.email, "email_source": export.source, "email_checked_on": export.as_of}
        mandate = open_now.get(key)
        if mandate is None:
            new.append(
                Mandate(
                    external_id=key,
                    politician=politicians[want.politician],
                    body=bodies[want.body],
                    role=want.role,
                    source=source,
                    starts_on=None if is_first else export.as_of,
                    **fields,
                    **(address if want.email else {}),
                )
            )
        else:
            if want.email and want.email != mandate.email:
                fields |= address
            update_row(mandate, fields, changes, write)
    changes.new += [line(mandate) for mandate in new]
    if write:
        Mandate.objects.bulk_create(new)
        changes.written["mandates"] = [mandate.pk for mandate in new]
    for key in open_now.keys() - wanted.keys():
        end_mandate(open_now[key], export.as_of, changes, write)


def end_mandate(mandate: Mandate, on: date, changes: Changes, write: bool) -> None:
    before, mandate.ends_on = mandate.ends_on, max(on, mandate.starts_on or on)
    changes.ended.append(line(mandate))
    if write:
        mandate.save(update_fields=["ends_on"])
        changes.written["ended"].append([mandate.pk, stored(mandate.ends_on), stored(before)])
        audit.record("mandate.ended", mandate, kind="import", on=mandate.ends_on.isoformat())


def update_row(row: models.Model, values: dict, changes: Changes, write: bool) -> None:
    """Write the values that differ, if any."""
    different = [name for name, value in values.items() if getattr(row, name) != value]
    if not different:
        return
    told = ", ".join(
        f"{row._meta.get_field(name).verbose_name}: {in_words(getattr(row, name))} → {in_words(values[name])}"
        for name in different
    )
    before = {name: stored(getattr(row, name)) for name in different}
    for name in different:
        setattr(row, name, values[name])
    changes.changed.append(line(row, told))
    if write:
        row.save(update_fields=different)
        after = {name: stored(values[name]) for name in different}
        changes.written["changed"].append([row._meta.model_name, row.pk, before, after])
        audit.record("offices.changed", row, kind="import", fields=different)


def in_words(value: object) -> str:
    """Return a value of a row as people say it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value) if value not in (None, "") else "–"
