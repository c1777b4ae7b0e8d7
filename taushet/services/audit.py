"""Who did what: called by the services inside their own transaction (design rule 15)."""

from django.db import models

from taushet.models import AuditEntry, User


def record(action: str, subject: models.Model, *, by: User | None = None, kind: str = "", **detail) -> AuditEntry:
    """Write down that `by` did `action` to `subject`; `detail` holds ids and values, never names or texts.

    `kind` says in what capacity when there is no user: "booker" (by secret link), "clock", "import".
    """
    return AuditEntry.objects.create(
        actor=by if by and by.pk else None,
        actor_kind=kind,
        action=action,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        detail=detail,
    )
