"""Putting in who holds office from a file: read, looked over, decided on, and written as it was seen."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from municipalities.models import Municipality
from municipalities.services.place_cells import Places, municipality_place
from outreach.exceptions import AlreadyWritten, CannotUndo, ContentChanged, ManyLeave, OutreachError
from outreach.models import OfficeImport
from outreach.services.offices.council_plan import plan_councils
from outreach.services.offices.council_reading import find_heading, guess_columns, read_rows
from outreach.services.offices.council_steps import CouncilPlan
from outreach.services.offices.council_writing import write_councils
from outreach.services.offices.kept_plans import LARGE, KeptPlan, from_kept, to_keep
from outreach.services.offices.mailbox_lists import MailboxPlan, plan_mailboxes, write_mailboxes
from outreach.services.offices.storting import import_storting
from outreach.services.offices.storting_export import SEATS, Export, read_official
from outreach.services.offices.storting_plan import StortingPlan, plan_storting
from outreach.services.offices.taking_back import take_back
from taushet.locks import lock_words
from taushet.models import User
from taushet.services import audit
from taushet.tables.reading import Row, Table

Plan = CouncilPlan | StortingPlan | MailboxPlan
# More endings than this by one list are asked about once more: a part of a list may have been called whole.
MANY = 10


def start_councils(
    table: Table, *, source: str, as_of: date, place: Municipality | None, is_whole: bool, by: User
) -> OfficeImport:
    """Keep a list of councillors to be looked over; `place` is whose list it is when no column says so."""
    return keep_list(
        OfficeImport.Kind.COUNCILS,
        table,
        {"place": place.pk if place else "", "is_whole": is_whole},
        source=source,
        as_of=as_of,
        created_by=by,
    )


def start_mailboxes(table: Table, *, source: str, as_of: date, by: User) -> OfficeImport:
    """Keep a list of central mail-boxes to be looked over."""
    choices = {"place": "", "is_whole": False}
    return keep_list(OfficeImport.Kind.MAILBOXES, table, choices, source=source, as_of=as_of, created_by=by)


def keep_list(kind: str, table: Table, choices: dict, **values) -> OfficeImport:
    above = find_heading(table.rows)
    rows, notes = table.rows[above:], list(table.notes)
    if above:
        notes.append(_("What stands above the heading is left out: %(text)s") % {"text": text_of(table.rows[:above])})
    parts, has_heading = guess_columns(rows)
    return OfficeImport.objects.create(
        kind=kind,
        content=[[row.number, *row.cells] for row in rows],
        notes=notes,
        choices={"parts": parts, "has_heading": has_heading} | choices,
        **values,
    )


def text_of(rows: tuple[Row, ...]) -> str:
    """Return what stands in some rows, short enough for a sentence."""
    return " · ".join(cell for row in rows for cell in row.cells if cell)[:150]


def start_storting(files: dict[str, bytes], *, seats: int = SEATS, by: User) -> OfficeImport:
    """Keep an official export to be looked over. Raises BrokenExport when it cannot be used."""
    export = read_official(files)
    plan_storting(export, seats=seats, decisions={})
    return OfficeImport.objects.create(
        kind=OfficeImport.Kind.STORTING,
        source=export.source,
        as_of=export.as_of,
        content={name: content.decode("utf-8-sig") for name, content in files.items()},
        choices={"seats": seats},
        created_by=by,
    )


def export_of(imported: OfficeImport) -> Export:
    return read_official({name: text.encode() for name, text in imported.content.items()})


def plan_of(imported: OfficeImport) -> Plan:
    """Return what an import would change now. Raises BrokenExport when an export no longer fits what is here."""
    if imported.kind == OfficeImport.Kind.STORTING:
        return plan_storting(export_of(imported), seats=imported.choices["seats"], decisions=imported.decisions)
    choices = imported.choices
    only = Municipality.objects.filter(pk=choices["place"]).first() if choices["place"] else None
    rows = [Row(number, tuple(cells)) for number, *cells in imported.content]
    lines = rows[1:] if choices["has_heading"] else rows
    if imported.kind == OfficeImport.Kind.MAILBOXES:
        return plan_mailboxes(lines, choices["parts"], as_of=imported.as_of, source=imported.source)
    read = read_rows(lines, choices["parts"], Places(), municipality_place(only) if only else None)
    return plan_councils(
        read,
        as_of=imported.as_of,
        source=imported.source,
        is_whole=choices["is_whole"],
        decisions=imported.decisions,
    )


def plan_shown(imported: OfficeImport) -> Plan | KeptPlan:
    """Return what an import would change as its pages show it: of a large list as it was worked out first.

    Raises BrokenExport as `plan_of` does.
    """
    if imported.kind == OfficeImport.Kind.STORTING or len(imported.content) < LARGE:
        return plan_of(imported)
    language = get_language() or "nb"
    if kept := imported.plans.get(language):
        return from_kept(kept)
    plan = plan_of(imported)
    imported.plans = imported.plans | {language: to_keep(plan, fingerprint(plan))}
    waits = OfficeImport.objects.filter(pk=imported.pk, written_at=None, emptied_at=None)
    waits.filter(decisions=imported.decisions, choices=imported.choices).update(plans=imported.plans)
    return plan


def fingerprint(plan: Plan | KeptPlan) -> str:
    """Return what tells whether a plan is still the one that was looked over."""
    if isinstance(plan, KeptPlan):
        return plan.fingerprint
    signs = [step.sign for step in plan.steps]
    return hashlib.sha256(json.dumps(signs, ensure_ascii=False, default=str).encode()).hexdigest()


def ends_many(plan: Plan | KeptPlan) -> bool:
    """Whether so many offices end by a list that a person has to say it is meant so."""
    return plan.counts["ended"] > MANY


def refuse_many(plan: Plan | KeptPlan, may_end_many: bool) -> None:
    if ends_many(plan) and not may_end_many:
        sentence = _("%(number)d offices would end. Tick that you have looked at them first.")
        raise ManyLeave(sentence % {"number": plan.counts["ended"]})


@transaction.atomic
def choose_columns(imported: OfficeImport, choices: dict) -> None:
    """Read the list another way. Raises AlreadyWritten when it has been written meanwhile."""
    imported = waiting(imported)
    imported.choices = imported.choices | choices
    imported.plans = {}
    imported.save(update_fields=["choices", "plans"])


@transaction.atomic
def decide(imported: OfficeImport, decisions: dict[str, str]) -> None:
    """Remember who the people of doubtful lines are, by line: a politician's key, `another` or `skip`."""
    imported = waiting(imported)
    imported.decisions = imported.decisions | decisions
    imported.plans = {}
    imported.save(update_fields=["decisions", "plans"])


def waiting(imported: OfficeImport, *, by_worker: bool = False) -> OfficeImport:
    """Return a list that can still be written, locked; `by_worker` lets whoever was asked to write it do so."""
    imported = OfficeImport.objects.select_for_update().get(pk=imported.pk)
    if imported.is_being_written and not by_worker:
        raise AlreadyWritten(_("This list is being written."))
    if not imported.is_waiting:
        raise AlreadyWritten(_("This list has been written already, or has waited too long. Put it in once more."))
    return imported


@transaction.atomic
def write_import(imported: OfficeImport, *, seen: str, by: User, may_end_many: bool = False) -> OfficeImport:
    """Write an import exactly as it was looked over; `seen` is the fingerprint of what was on the page.

    Raises AlreadyWritten the second time or while the worker writes another, ContentChanged when something else has
    changed offices meanwhile, BrokenExport when an official export no longer fits, and ManyLeave when many would and
    nobody has said so.
    """
    lock_words("office-imports")
    imported = waiting(imported)
    refuse_beside_another()
    plan = plan_of(imported)
    refuse_unseen(plan, seen, may_end_many)
    if isinstance(plan, StortingPlan):
        changes = import_storting(export_of(imported), seats=imported.choices["seats"], same=plan.same, by=by)
        imported.counts = {name: len(getattr(changes, name)) for name in ("new", "changed", "ended")}
        imported.written = changes.written
        return settle(imported)
    write = write_mailboxes if isinstance(plan, MailboxPlan) else write_councils
    imported.written = write(plan, by=by)
    return settle_list(imported, plan, by=by)


def refuse_unseen(plan: Plan, seen: str, may_end_many: bool) -> None:
    if fingerprint(plan) != seen:
        raise ContentChanged(_("Offices have changed since you looked it over. This is how it looks now."))
    if not plan.writes:
        raise OutreachError(_("There is nothing to write."))
    refuse_many(plan, may_end_many)


def refuse_beside_another() -> None:
    """Raise AlreadyWritten while the worker writes a list: what it has not come to yet would be worked out wrongly."""
    if OfficeImport.objects.being_written().exists():
        raise AlreadyWritten(_("Another list is being written just now. Try again in a minute."))


def settle_list(imported: OfficeImport, plan: CouncilPlan | MailboxPlan, *, by: User) -> OfficeImport:
    """Record that a list is written, in the caller's transaction."""
    imported.counts = plan.counts
    audit.record("office_import.written", imported, by=by, as_of=imported.as_of.isoformat(), **plan.counts)
    return settle(imported, plan.left_groups if isinstance(plan, CouncilPlan) else ())


def settle(imported: OfficeImport, notes: Iterable[str] = ()) -> OfficeImport:
    imported.written_at = timezone.now()
    fields = imported.drop_content()
    imported.notes = list(notes)
    imported.save(update_fields=["counts", "written", "written_at", *fields])
    return imported


@transaction.atomic
def discard_import(imported: OfficeImport, *, by: User) -> None:
    """Throw away a list that is not to be used, with all it holds.

    Raises AlreadyWritten when it has been written, and CannotUndo when a part of it was and cannot be taken back.
    """
    imported = waiting(imported)
    take_back_part(imported)
    imported.emptied_at = timezone.now()
    imported.save(update_fields=["emptied_at", "written", *imported.drop_content()])
    audit.record("office_import.discarded", imported, by=by)


def take_back_part(imported: OfficeImport) -> None:
    """Take back what was written of a list before the worker was broken off. Raises CannotUndo."""
    if imported.written and (hindrances := take_back(imported.written)):
        raise CannotUndo(" ".join(hindrances))
    imported.written, imported.done = {}, 0


@transaction.atomic
def undo_import(imported: OfficeImport, *, by: User) -> None:
    """Take back a list within a week. Raises CannotUndo when somebody has worked with it since."""
    lock_words("office-imports")
    imported = OfficeImport.objects.select_for_update().get(pk=imported.pk)
    if not imported.can_be_undone:
        raise CannotUndo(_("This cannot be taken back any more."))
    refuse_beside_another()
    if hindrances := take_back(imported.written):
        raise CannotUndo(" ".join(hindrances))
    imported.undone_at = timezone.now()
    imported.written = {}
    imported.save(update_fields=["undone_at", "written"])
    audit.record("office_import.undone", imported, by=by)


def empty_imports(now: datetime) -> int:
    """Forget lists that nobody wrote within two weeks, and what would take back those that were written."""
    return OfficeImport.objects.empty(now)
