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
    "letter.edited": gettext_lazy("A letter was edited by hand."),
    "letter.edit_dropped": gettext_lazy("A letter that was edited by hand says what the draft says again."),
    "mailing.paused": gettext_lazy("The mailing was paused."),
    "mailing.resumed": gettext_lazy("The mailing was resumed."),
    "mailing.sending_set": gettext_lazy("How it is sent was changed."),
    "mailing.fact_changed": gettext_lazy("A letter was held, since a fact in it has changed."),
    "mailing.cancelled": gettext_lazy("The mailing was cancelled."),
}
FIELDS = {
    "title": gettext_lazy("working title"),
    "demands": gettext_lazy("demands"),
    "demand_version": gettext_lazy("demand"),
    "senders": gettext_lazy("who sends it"),
    "audience": gettext_lazy("who gets it"),
    "recipient": gettext_lazy("who gets it"),
    "municipalities": gettext_lazy("who gets it"),
    "added": gettext_lazy("put in by hand"),
    "dropped": gettext_lazy("taken out by hand"),
    "language_rule": gettext_lazy("language form"),
    "language": gettext_lazy("form where none is asked for"),
    "send_at": gettext_lazy("not before"),
    "occasion": gettext_lazy("occasion"),
    "subject_nb": gettext_lazy("subject in bokmål"),
    "subject_nn": gettext_lazy("subject in nynorsk"),
    "opening_nb": gettext_lazy("opening in bokmål"),
    "opening_nn": gettext_lazy("opening in nynorsk"),
    "closing_nb": gettext_lazy("closing in bokmål"),
    "closing_nn": gettext_lazy("closing in nynorsk"),
    "subject": gettext_lazy("subject"),
    "text": gettext_lazy("text"),
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
    parts = [str(SENTENCES.get(entry.action, entry.action))]
    if entry.action == "mailing.approved" and entry.detail.get("house"):
        parts = [_("The mailing was approved for %(house)s.") % {"house": User.House(entry.detail["house"]).label}]
    if named := [str(FIELDS[name]) for name in changes if name in FIELDS]:
        parts.append(_("Changed: %(fields)s.") % {"fields": ", ".join(dict.fromkeys(named))})
    for words, numbers in added_and_removed(changes):
        if numbers:
            parts.append(words % {"numbers": some_of(numbers)})
    # What differs in a text stands as it is: [-gone-] and {+new+}.
    parts += [f"«{change}»" for change in changes.values() if isinstance(change, str)]
    return " ".join(parts)


def added_and_removed(changes: dict) -> list[tuple[str, list[str]]]:
    """Return which municipalities came and went, also as older entries keep them."""
    places = changes.get("municipalities", {})
    before, after = (set(one.get("municipalities", [])) for one in changes.get("audience", ({}, {})))
    return [
        (_("Added: %(numbers)s."), places.get("added") or sorted(after - before)),
        (_("Removed: %(numbers)s."), places.get("removed") or sorted(before - after)),
    ]


def some_of(numbers: list[str]) -> str:
    """Return municipality numbers, the first few when there are many."""
    rest = len(numbers) - NUMBERS_SHOWN
    return ", ".join(numbers[:NUMBERS_SHOWN]) + (_(" and %(number)d more") % {"number": rest} if rest > 0 else "")
