"""Writing a large list of who holds office: by the worker, piece by piece, since it takes longer than a page may.

Each piece is committed by itself, so that the page can say how far it has come and nobody else waits. What a list that
cannot be written to its end has written is taken back.
"""

from collections.abc import Iterator

from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import CannotUndo, OutreachError
from outreach.models import OfficeImport
from outreach.services.offices.council_steps import WRITTEN, CouncilPlan
from outreach.services.offices.council_writing import write_councils
from outreach.services.offices.kept_plans import LARGE
from outreach.services.offices.mailbox_lists import MailboxPlan, write_mailboxes
from outreach.services.offices.office_imports import (
    plan_of,
    plan_shown,
    refuse_beside_another,
    refuse_many,
    refuse_unseen,
    settle_list,
    take_back_part,
    waiting,
)
from taushet.locks import lock_words
from taushet.models import User

PIECE = 500  # lines


def is_large(imported: OfficeImport) -> bool:
    return imported.kind != OfficeImport.Kind.STORTING and len(imported.content) >= LARGE


@transaction.atomic
def order_writing(imported: OfficeImport, *, seen: str, by: User, may_end_many: bool) -> None:
    """Have the worker write a list as it was looked over.

    Raises AlreadyWritten and ManyLeave as writing does; what else may keep it from being written stands on its page.
    """
    lock_words("office-imports")
    imported = waiting(imported)
    refuse_beside_another()
    plan = plan_shown(imported)
    refuse_many(plan, may_end_many)
    imported.ordered_at, imported.refusal = timezone.now(), ""
    imported.done, imported.total = 0, sum(plan.counts[state] for state in WRITTEN)
    imported.save(update_fields=["ordered_at", "refusal", "done", "total"])
    write_large.enqueue(imported.pk, seen, by.pk, may_end_many)


@task()
def write_large(imported_id: int, seen: str, by_id: int, may_end_many: bool) -> str:
    """Write a list; when it cannot be, its page says why and shows it anew. Runs twice without writing twice."""
    imported = OfficeImport.objects.get(pk=imported_id)
    if not imported.is_being_written:
        return "done before"
    try:
        write_in_pieces(imported, seen=seen, by=User.objects.get(pk=by_id), may_end_many=may_end_many)
    except OutreachError as refusal:
        give_back(imported_id, str(refusal))
        return "refused"
    except Exception:
        give_back(imported_id, _("Something went wrong, and nothing was written. Try again."))
        raise  # whoever runs the platform sees what it was
    return "written"


def write_in_pieces(imported: OfficeImport, *, seen: str, by: User, may_end_many: bool) -> None:
    with transaction.atomic():
        imported = in_hand(imported)
        take_back_part(imported)
        imported.save(update_fields=["written", "done"])
    plan = plan_of(imported)
    refuse_unseen(plan, seen, may_end_many)
    for piece in pieces_of(plan):
        with transaction.atomic():
            imported = in_hand(imported)
            written = write_mailboxes(piece, by=by) if isinstance(piece, MailboxPlan) else write_councils(piece, by=by)
            imported.written = {name: [*imported.written.get(name, []), *rows] for name, rows in written.items()}
            imported.done += sum(step.state in WRITTEN for step in piece.steps)
            imported.save(update_fields=["written", "done"])
    with transaction.atomic():
        settle_list(in_hand(imported), plan, by=by)


def in_hand(imported: OfficeImport) -> OfficeImport:
    """Return the list, locked, with everything that another import would change."""
    lock_words("office-imports")
    return waiting(imported, by_worker=True)


def pieces_of(plan: CouncilPlan | MailboxPlan) -> Iterator[CouncilPlan | MailboxPlan]:
    """Divide a plan into what is written at once; there are too few municipalities to divide their mail-boxes."""
    return iter([plan]) if isinstance(plan, MailboxPlan) else plan.pieces(PIECE)


@transaction.atomic
def give_back(imported_id: int, refusal: str) -> None:
    """Let a list that could not be written wait again, without the part of it that was."""
    lock_words("office-imports")
    imported = OfficeImport.objects.select_for_update().filter(pk=imported_id, written_at=None).first()
    if imported is None:
        return
    try:
        take_back_part(imported)
    except CannotUndo as why:
        refusal = f"{refusal} {why}"
    imported.ordered_at, imported.refusal, imported.plans = None, refusal[:300], {}
    imported.save(update_fields=["ordered_at", "refusal", "plans", "written", "done"])
