"""Writing a large list of who holds office: by the worker, since it takes longer than a page may."""

from django.db import transaction
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import OutreachError
from outreach.models import OfficeImport
from outreach.services.offices.kept_plans import LARGE
from outreach.services.offices.office_imports import plan_shown, refuse_many, waiting, write_import
from taushet.models import User


def is_large(imported: OfficeImport) -> bool:
    return imported.kind != OfficeImport.Kind.STORTING and len(imported.content) >= LARGE


@transaction.atomic
def order_writing(imported: OfficeImport, *, seen: str, by: User, may_end_many: bool) -> None:
    """Have the worker write a list as it was looked over.

    Raises AlreadyWritten and ManyLeave as writing does; what else may keep it from being written stands on its page.
    """
    imported = waiting(imported)
    refuse_many(plan_shown(imported), may_end_many)
    imported.ordered_at, imported.refusal = timezone.now(), ""
    imported.save(update_fields=["ordered_at", "refusal"])
    write_large.enqueue(imported.pk, seen, by.pk, may_end_many)


@task()
def write_large(imported_id: int, seen: str, by_id: int, may_end_many: bool) -> str:
    """Write a list; when it cannot be, its page says why and shows it anew. Runs twice without writing twice."""
    imported = OfficeImport.objects.get(pk=imported_id)
    if not imported.is_being_written:
        return "done before"
    try:
        by = User.objects.get(pk=by_id)
        write_import(imported, seen=seen, by=by, may_end_many=may_end_many, by_worker=True)
    except OutreachError as refusal:
        give_back(imported_id, str(refusal))
        return "refused"
    except Exception:
        give_back(imported_id, _("Something went wrong, and nothing was written. Try again."))
        raise  # whoever runs the platform sees what it was
    return "written"


def give_back(imported_id: int, refusal: str) -> None:
    waits = OfficeImport.objects.filter(pk=imported_id, written_at=None)
    waits.update(ordered_at=None, refusal=refusal[:300], plans={})
