"""What the log says about a mailing, as a person reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.models import Mailing
from taushet.models import AuditEntry, User

SENTENCES = {
    "mailing.created": gettext_lazy("The mailing was made."),
    "mailing.changed": gettext_lazy("The mailing was changed."),
    "mailing.taken_back": gettext_lazy("The letters were taken back, and the approval is void."),
    "mailing.submitted": gettext_lazy("The letters were frozen and submitted."),
    "mailing.returned": gettext_lazy("The mailing was sent back."),
    "mailing.approved": gettext_lazy("The mailing was approved."),
    "mailing.cancelled": gettext_lazy("The mailing was cancelled."),
}
FIELDS = {
    "title": gettext_lazy("working title"),
    "demand_version": gettext_lazy("demand"),
    "senders": gettext_lazy("who sends it"),
    "recipient": gettext_lazy("who gets it"),
    "send_at": gettext_lazy("not before"),
}


LONGEST_LOG = 50
NUMBERS_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """Something that happened to a mailing."""

    at: datetime
    text: str
    who: User | None


def history(mailing: Mailing) -> list[Line]:
    """Return who did what to a mailing, the newest first."""
    entries = AuditEntry.objects.filter(object_type=mailing._meta.label_lower, object_id=str(mailing.pk))
    return [Line(entry.at, sentence(entry), entry.actor) for entry in entries.select_related("actor")[:LONGEST_LOG]]


def sentence(entry: AuditEntry) -> str:
    """Return what happened, with what changed."""
    changes = entry.detail.get("changes", {})
    places = changes.get("municipalities", {})
    parts = [str(SENTENCES.get(entry.action, entry.action))]
    if named := [str(FIELDS[name]) for name in changes if name in FIELDS]:
        parts.append(_("Changed: %(fields)s.") % {"fields": ", ".join(named)})
    if added := places.get("added"):
        parts.append(_("Added: %(numbers)s.") % {"numbers": some_of(added)})
    if removed := places.get("removed"):
        parts.append(_("Removed: %(numbers)s.") % {"numbers": some_of(removed)})
    return " ".join(parts)


def some_of(numbers: list[str]) -> str:
    """Return municipality numbers, the first few when there are many."""
    rest = len(numbers) - NUMBERS_SHOWN
    return ", ".join(numbers[:NUMBERS_SHOWN]) + (_(" and %(number)d more") % {"number": rest} if rest > 0 else "")
