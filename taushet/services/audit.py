"""Who did what: called by the services inside their own transaction (design rule 15)."""

from collections.abc import Iterable

from django.db import models

from taushet.models import AuditEntry, User


def record(action: str, subject: models.Model, *, by: User | None = None, kind: str = "", **detail) -> AuditEntry:
    """Write down that `by` did `action` to `subject`; `detail` holds ids and values, never names or texts.

    `kind` says in what capacity when there is no user: "booker" (by secret link), "clock", "import".
    """
    entry = _entry(action, subject, by, kind, detail)
    entry.save(force_insert=True)
    return entry


def record_many(action: str, rows: Iterable[tuple[models.Model, dict]], *, by: User | None = None, kind: str) -> None:
    """Write down the same deed for many subjects, each with its detail."""
    AuditEntry.objects.bulk_create(_entry(action, subject, by, kind, detail) for subject, detail in rows)


def _entry(action: str, subject: models.Model, by: User | None, kind: str, detail: dict) -> AuditEntry:
    return AuditEntry(
        actor=by if by and by.pk else None,
        actor_kind=kind,
        action=action,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        detail=detail,
    )
