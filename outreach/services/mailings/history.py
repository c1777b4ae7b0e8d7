"""What the log says about a mailing, as a person reads it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Municipality
from outreach.models import DemandVersion, Letter, Mailing, Redelivery
from taushet.models import AuditEntry, Message, User

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
    "mailing.rate_set": gettext_lazy("The pace was changed."),
    "mailing.sending_set": gettext_lazy("How it is sent was changed."),
    "mailing.fact_changed": gettext_lazy("A letter was held, since a fact in it has changed."),
    "letter.redelivery_proposed": gettext_lazy("A letter that did not arrive was put up for a corrected address."),
    "letter.redelivery_approved": gettext_lazy("A letter was approved for a corrected address."),
    "letter.redelivery_withdrawn": gettext_lazy("A corrected address was taken back."),
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


OF_CORRECTED_ADDRESSES = [action for action in SENTENCES if action.startswith("letter.redelivery")]
# What a person may decide about a letter in the outbox.
DECISIONS = {
    "message.marked_sent": gettext_lazy("It had arrived, and was marked as sent."),
    "message.sent_again": gettext_lazy("It was put back to be sent again."),
    "message.released": gettext_lazy("It was released."),
    "message.held": gettext_lazy("It was held back."),
    "message.cancelled": gettext_lazy("It was cancelled for good."),
}
LONGEST_LOG = 50
MOST_DECISIONS = 1000
NUMBERS_SHOWN = 10


@dataclass(frozen=True)
class Line:
    """Something that happened to a mailing."""

    at: datetime
    text: str
    who: User | None


def history(mailing: Mailing) -> list[Line]:
    """Return who did what to a mailing, and decided about its letters, the newest first."""
    about = Q(object_type=mailing._meta.label_lower, object_id=str(mailing.pk))
    if again := list(Redelivery.objects.filter(letter__mailing=mailing).values_list("letter", flat=True).distinct()):
        letters = [str(number) for number in again]
        about |= Q(object_type=Letter._meta.label_lower, object_id__in=letters, action__in=OF_CORRECTED_ADDRESSES)
    entries = list(AuditEntry.objects.filter(about).select_related("actor").order_by("-at", "-pk")[:LONGEST_LOG])
    names = names_in(entries)
    lines = [Line(entry.at, sentence(entry, names), entry.actor) for entry in entries]
    return sorted([*lines, *decisions(mailing)], key=lambda line: line.at, reverse=True)[:LONGEST_LOG]


def decisions(mailing: Mailing) -> list[Line]:
    """Return what people have decided about single letters once they were in the outbox."""
    if mailing.submitted_at is None:
        return []
    entries = AuditEntry.objects.filter(object_type=Message._meta.label_lower, at__gte=mailing.submitted_at)
    entries = entries.filter(action__in=DECISIONS).exclude(actor=None).select_related("actor").order_by("-at", "-pk")
    made = list(entries[:MOST_DECISIONS])
    numbers = {int(entry.object_id) for entry in made}
    letters = mailing.letters.select_related("municipality", "mandate__body")
    carried = {letter.message_id: letter for letter in letters.filter(message__in=numbers)}
    again = Redelivery.objects.filter(letter__mailing=mailing, message__in=numbers)
    carried |= {one.message_id: one.letter for one in again.select_related("letter__municipality")}
    return [
        Line(entry.at, f"{carried[number].place_name}: {DECISIONS[entry.action]}", entry.actor)
        for entry in made
        if (number := int(entry.object_id)) in carried
    ]


@dataclass(frozen=True)
class Names:
    """What the numbers in the log are called: letters, municipalities and wordings."""

    letters: dict[int, str]
    places: dict[str, str]
    demands: dict[int, str]


def names_in(entries: list[AuditEntry]) -> Names:
    """Return the names of all that some entries tell of by number."""
    details = [entry.detail for entry in entries]
    changes = [detail["changes"] for detail in details if detail.get("changes")]
    letters = Letter.objects.select_related("municipality", "mandate__body", "mandate__politician").in_bulk(
        [detail["letter"] for detail in details if detail.get("letter")]
    )
    numbers = {number for change in changes for _words, some in added_and_removed(change) for number in some}
    places = Municipality.objects.in_bulk(numbers) if numbers else {}
    wordings = {number for change in changes for some in change.get("demands", ()) for number in some}
    demands = DemandVersion.objects.select_related("demand").in_bulk(wordings) if wordings else {}
    return Names(
        {pk: letter_name(letter) for pk, letter in letters.items()},
        {number: place.display_name for number, place in places.items()},
        {pk: f"{one.demand.number}. {one.title}" for pk, one in demands.items()},
    )


def letter_name(letter: Letter) -> str:
    """Return where a letter goes, and to whom when it is to a person."""
    person = letter.mandate.politician if letter.mandate else None
    return f"{letter.place_name}, {person}" if person else letter.place_name


def sentence(entry: AuditEntry, names: Names) -> str:
    """Return what happened, with what changed."""
    changes = entry.detail.get("changes", {})
    parts = [str(SENTENCES.get(entry.action, entry.action))]
    if name := names.letters.get(entry.detail.get("letter", 0)):
        parts.insert(0, f"{name}:")
    if entry.action == "mailing.approved" and entry.detail.get("house"):
        parts = [_("The mailing was approved for %(house)s.") % {"house": User.House(entry.detail["house"]).label}]
    if entry.action in ("mailing.resumed", "mailing.rate_set"):
        rate = entry.detail.get("rate")
        parts.append(
            _("At most %(rate)d letters an hour.") % {"rate": rate}
            if rate
            else _("As fast as the receivers’ mail systems take them.")
        )
    if named := [str(FIELDS[name]) for name in changes if name in FIELDS]:
        parts.append(_("Changed: %(fields)s.") % {"fields": ", ".join(dict.fromkeys(named))})
    for words, numbers in added_and_removed(changes):
        if numbers:
            parts.append(words % {"numbers": some_of([names.places.get(number, number) for number in numbers])})
    if "demands" in changes:
        before, after = (
            "; ".join(names.demands.get(number, str(number)) for number in some) for some in changes["demands"]
        )
        parts.append(f"«{before}» → «{after}»")
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
    """Return municipalities, the first few when there are many."""
    rest = len(numbers) - NUMBERS_SHOWN
    return ", ".join(numbers[:NUMBERS_SHOWN]) + (_(" and %(number)d more") % {"number": rest} if rest > 0 else "")
