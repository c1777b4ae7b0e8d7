"""What has changed since a letter was approved though nobody touched it: who holds the office, facts, the message."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import get_language, gettext_noop

from municipalities.models import Fact, Indicator, LanguageForm, Municipality
from outreach.models import Letter, Mailing, Redelivery
from outreach.services.mailings.fingerprints import holder_of, message_hash
from outreach.services.mailings.salutations import recipient_name
from taushet.models import Message
from taushet.services import audit

# Facts may be put in while the letters are being drafted, so that some stand on what was known before.
DRAFTING = timedelta(hours=1)


ENDED = gettext_noop("The municipality no longer exists.")
OTHER_FORM = gettext_noop("The municipality has chosen another language form since approval.")


class FactChange(NamedTuple):
    """A fact that a letter states and that is another one by now; `after` is empty when it is unknown."""

    key: str
    before: str
    after: str


def is_another_holder(letter: Letter) -> bool:
    """Whether the office has another holder, name, party or title than the letter was written to."""
    if letter.holder:
        return letter.holder != holder_of(letter.mandate)
    person = letter.mandate.politician
    return person is not None and recipient_name(letter.mandate, None) != letter.to_name


def changed_places(letters: Iterable[Letter], today: date) -> dict[int, str]:
    """Return what keeps letters, by their keys, from the municipalities they go to, in one query for all.

    A municipality that has ended on a day (Oslo date) has nobody to write to. The form a municipality demands binds
    the ombud, whichever stood when the letter was approved (språklova § 11).
    """
    letters = [letter for letter in letters if letter.municipality_id]
    known = Municipality.objects.only("valid_to", "language_form").in_bulk({one.municipality_id for one in letters})
    faults = {}
    for letter in letters:
        place = known[letter.municipality_id]
        binds = letter.mailing.senders == Mailing.Senders.BOTH and place.language_form != LanguageForm.NEUTRAL
        if place.valid_to is not None and place.valid_to <= today:
            faults[letter.pk] = ENDED
        elif binds and place.language_form != letter.language:
            faults[letter.pk] = OTHER_FORM
    return faults


def is_as_queued(letter: Letter, redelivery: Redelivery | None, message: Message) -> bool:
    """Whether a message still has the HTML, the Reply-To and the headers it was put in the outbox with."""
    queued = redelivery.message_hash if redelivery else letter.message_hash
    return not queued or queued == message_hash(message)


def changed_facts(letters: Iterable[Letter]) -> dict[int, list[FactChange]]:
    """Return which facts of which letters are no longer what the letters say, in one query for all.

    A value that has been seen again later is no change. What the platform counts by itself is none either: the letter
    names the day it was counted, under Sources, and of that day it stays true when another course is held.
    """
    stated = [letter for letter in letters if letter.municipality_id and letter.facts]
    if not stated:
        return {}
    keys = {key for letter in stated for key in letter.facts}
    known = Fact.objects.current().filter(
        municipality__in={letter.municipality_id for letter in stated}, indicator__key__in=keys
    )
    columns = ("municipality", "indicator__key", "value", "observed_on", "source")
    now = {(place, key): rest for place, key, *rest in known.order_by().values_list(*columns)}
    found = {}
    for letter in stated:
        changes = [
            FactChange(key, fact["value"], after[0] if (after := now.get((letter.municipality_id, key))) else "")
            for key, fact in letter.facts.items()
            if fact["source"] and is_other(fact, now.get((letter.municipality_id, key)))
        ]
        if changes:
            found[letter.pk] = changes
    return found


def is_other(fact: dict, known: list | None) -> bool:
    """Whether what a letter states of a fact no longer holds: value, or the day and source of the same sighting."""
    if known is None:
        return True
    value, observed_on, source = known
    day = observed_on.isoformat()
    return (
        value != fact["value"] or day < fact["observed_on"] or (day == fact["observed_on"] and source != fact["source"])
    )


def log_changed_facts(letter: Letter) -> None:
    """Record what differs in the log of the mailing, as a letter is held for it."""
    for change in changed_facts([letter]).get(letter.pk, []):
        differs = f"{letter.municipality_id} {change.key}: [-{change.before}-]{{+{change.after}+}}"
        audit.record(
            "mailing.fact_changed", letter.mailing, kind="clock", letter=letter.pk, changes={change.key: differs}
        )


def waiting_on_changed_facts(mailing: Mailing) -> list[tuple[Letter, list[str]]]:
    """Return the letters that have not left and will be held for a fact, each with its facts as a person reads them."""
    if mailing.status not in (Mailing.Status.SUBMITTED, Mailing.Status.APPROVED):
        return []
    since = mailing.drafted_at - DRAFTING
    lately = Fact.objects.filter(Q(entered_at__gt=since) | Q(replaced_at__gt=since))
    places = set(lately.order_by().values_list("municipality", flat=True).distinct())
    if not places:
        return []
    going = mailing.letters.filter(
        status__in=[Letter.Status.READY, Letter.Status.QUEUED, Letter.Status.STOPPED], municipality__in=places
    )
    letters = list(going.select_related("municipality").defer("text", "drafted_text"))
    changes = changed_facts(letters)
    indicators = {
        one.key: one for one in Indicator.objects.filter(key__in={c.key for cs in changes.values() for c in cs})
    }
    return [
        (letter, [in_words(indicators[change.key], change) for change in changes[letter.pk]])
        for letter in letters
        if letter.pk in changes
    ]


def in_words(indicator: Indicator, change: FactChange) -> str:
    """Return what a letter says and what is known now, with the name of the fact."""
    code = get_language() or "nb"
    name = getattr(indicator, f"name_{code}", "") or indicator.name_nb
    after = indicator.show(change.after) if change.after else "–"
    return f"{name}: {indicator.show(change.before)} → {after}"
