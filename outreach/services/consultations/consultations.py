"""Consultations: hearings brought in from the Storting, those of ministries put in by hand, and their deadlines."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from outreach.models import Consultation
from outreach.services.consultations.hearings_export import PAGE, Hearing
from outreach.services.consultations.submissions import follow_consultation
from taushet.locks import lock_words
from taushet.models import User
from taushet.services import audit

# What a calendar shows: when one of these changes, the number of its events rises.
SHOWN = (
    "title",
    "reference",
    "held_by",
    "url",
    "state",
    "speak_by",
    "speak_by_is_day",
    "answer_by",
    "answer_by_is_day",
    "starts_at",
    "place",
    "plan",
)


@dataclass
class Changes:
    """What an import does: lines to read, and how many stay as they are."""

    new: list[str] = field(default_factory=list)
    changed: list[tuple[str, list[str]]] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    same: int = 0

    @property
    def is_nothing(self) -> bool:
        return not self.new and not self.changed


@transaction.atomic
def import_hearings(hearings: Iterable[Hearing], *, by: User | None = None, write: bool = True) -> Changes:
    """Bring the hearings of the Storting up to date; the same export once more writes nothing.

    What staff decide (our plan, the address) is never touched, and a hearing that is gone from the export stays. With
    `write` off it only says what it would do. A status we do not know is told as doubtful.
    """
    lock_words("hearings")  # two imports at once would both find a hearing new
    standing = {
        row.external_id: row
        for row in Consultation.objects.select_for_update().filter(origin=Consultation.Origin.STORTING)
    }
    changes = Changes()
    for hearing in hearings:
        values = asdict(hearing)
        line = f"{hearing.held_by}: {hearing.title}"
        if hearing.state == Consultation.State.UNKNOWN:
            changes.doubtful.append(f"{line} ({hearing.source_status or '–'})")
        old = standing.get(hearing.external_id)
        if old is None:
            changes.new.append(line)
            if write:
                url = PAGE.format(id=hearing.external_id)
                Consultation.objects.create(origin=Consultation.Origin.STORTING, url=url, **values)
            continue
        changed = [name for name, value in values.items() if getattr(old, name) != value]
        if not changed:
            changes.same += 1
            continue
        changes.changed.append((line, [str(Consultation._meta.get_field(name).verbose_name) for name in changed]))
        if write:
            put(old, values, by=by)
    if write and not changes.is_nothing:
        newest = Consultation.objects.order_by("-pk").first()
        audit.record(
            "consultations.imported",
            newest,
            by=by,
            kind="" if by else "import",
            new=len(changes.new),
            changed=len(changes.changed),
        )
    return changes


def put(consultation: Consultation, values: Mapping[str, Any], *, by: User | None) -> list[str]:
    """Save what differs; what a calendar shows gets a new number and time. Returns the names of what changed.

    What we have written to it follows: an approval is of an answer to this addressee in this case.
    """
    changed = [name for name, value in values.items() if getattr(consultation, name) != value]
    for name in changed:
        setattr(consultation, name, values[name])
    if any(name in SHOWN for name in changed):
        consultation.sequence += 1
        consultation.changed_at = timezone.now()
    if changed:
        consultation.save(update_fields=[*changed, "sequence", "changed_at"])
        follow_consultation(consultation, by=by)
    return changed


@transaction.atomic
def save_consultation(consultation: Consultation | None, values: Mapping[str, Any], *, by: User) -> Consultation:
    """Put in a consultation by hand, or change one; the log says which fields changed."""
    if consultation is None:
        consultation = Consultation.objects.create(**values)
        audit.record("consultation.created", consultation, by=by)
        return consultation
    consultation = Consultation.objects.select_for_update().get(pk=consultation.pk)
    if changed := put(consultation, values, by=by):
        audit.record("consultation.changed", consultation, by=by, changed=changed)
    return consultation
