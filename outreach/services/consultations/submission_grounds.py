"""What a submission stands on, and whether that still holds: demands, hooks, counted facts, promises, its own notes."""

import re
from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.models import Indicator
from outreach.models import Commitment, Demand, LegalHook, Submission
from outreach.services.demands.measures import measures_of
from taushet.workdays import OSLO

NOTE = re.compile(r"\[(\d{1,4})\]")
SHORTEST_QUOTE = 20  # signs


def grounds_of(figures: Iterable[LegalHook], indicators: Iterable[Indicator]) -> dict:
    """Return what a draft is made from beside demands, as a submission keeps it."""
    return {"figures": sorted(figure.pk for figure in figures), "counts": counts_of(indicators)}


def counts_of(indicators: Iterable[Indicator]) -> dict[str, list[int]]:
    """Return by indicator how many municipalities have a yes and a no, and how many are unknown."""
    return {str(row.indicator.pk): [row.yes, row.no, row.unknown] for row in measures_of(list(indicators))}


def changed_counts(submission: Submission) -> list[str]:
    """Return what has been counted otherwise since the text was written or last checked, a sentence each."""
    known = submission.grounds.get("counts", {})
    indicators = Indicator.objects.filter(pk__in=known).order_by("pk")
    now = counts_of(indicators)
    return [
        _("%(name)s: yes %(yes)d, no %(no)d (the text was written with %(old_yes)d and %(old_no)d)")
        % {
            "name": indicator.name,
            "yes": now[str(indicator.pk)][0],
            "no": now[str(indicator.pk)][1],
            "old_yes": known[str(indicator.pk)][0],
            "old_no": known[str(indicator.pk)][1],
        }
        for indicator in indicators
        if now[str(indicator.pk)] != known[str(indicator.pk)]
    ]


def check_counts(submission: Submission) -> None:
    """Put down that the text has been read against what is counted now; the caller saves."""
    known = submission.grounds.get("counts", {})
    if known:
        now = counts_of(Indicator.objects.filter(pk__in=known).order_by("pk"))
        submission.grounds = submission.grounds | {"counts": now}


def faults_of(submission: Submission, day: date | None = None) -> list[str]:
    """Return what keeps a submission from being handed in on a day (Oslo date, today when none is given)."""
    day = day or timezone.localdate(timezone=OSLO)
    versions = list(submission.demand_versions.select_related("demand").prefetch_related("hooks").order_by("pk"))
    faults = [
        _("Demand %(number)d is met or withdrawn. Take it out of the text, and out of what the submission stands on.")
        % {"number": version.demand.number}
        for version in versions
        if is_over(version.demand, day)
    ]
    hooks = {hook.pk: hook for version in versions for hook in version.hooks.all()}
    hooks |= LegalHook.objects.in_bulk(submission.grounds.get("figures", []))
    faults += [
        _("%(hook)s is not in force. Take out what leans on it.") % {"hook": hook.citation}
        for hook in hooks.values()
        if not hook.is_valid_on(day)
    ]
    return faults + faults_in_text(submission)


def is_over(demand: Demand, day: date) -> bool:
    return demand.status != Demand.Status.ACTIVE and (demand.status_on is None or demand.status_on <= day)


def faults_in_text(submission: Submission) -> list[str]:
    """Return the notes that point at no source, and the quotes that have been taken off the public pages."""
    text = "\n".join(f"{block['heading']}\n{block['text']}" for block in submission.blocks)
    most = len(submission.sources)
    empty = sorted({int(number) for number in NOTE.findall(text) if not 1 <= int(number) <= most})
    faults = []
    if empty:
        notes = ", ".join(f"[{number}]" for number in empty)
        faults.append(_("The text points at %(notes)s, which are not among the sources.") % {"notes": notes})
    words = " ".join(text.split())
    hidden = Commitment.objects.exclude(hidden_at=None).values_list("quote", flat=True)
    if any(is_quoted(quote, words) for quote in hidden):
        faults.append(_("The text quotes a promise that has been taken off the public pages. Take the quote out."))
    return faults


def unused_sources(submission: Submission) -> list[str]:
    """Return the sources that no note in the text points at, each with its number; they may stand, but look amiss."""
    used = {
        int(number) for block in submission.blocks for number in NOTE.findall(f"{block['heading']}\n{block['text']}")
    }
    return [f"[{number}] {source}" for number, source in enumerate(submission.sources, 1) if number not in used]


def is_quoted(quote: str, words: str) -> bool:
    """Whether a text quotes this; a few words may stand in any text, so they count in quotation marks only."""
    if len(quote) >= SHORTEST_QUOTE:
        return quote in words
    return any(f"{opens}{quote}{ends}" in words for opens, ends in ("«»", "“”", '""'))


def in_order_of_appearance(blocks: list[dict[str, str]], sources: list[str]) -> tuple[list[dict[str, str]], list[str]]:
    """Number the notes anew so that the text begins with [1]; a source that no note points at comes last."""
    found = [int(number) for block in blocks for number in NOTE.findall(block["text"])]
    seen = [number for number in found if 1 <= number <= len(sources)]
    order = list(dict.fromkeys([*seen, *range(1, len(sources) + 1)]))
    places = {old: new for new, old in enumerate(order, 1)}
    numbered = [
        block | {"text": NOTE.sub(lambda note: f"[{places.get(int(note[1]), note[1])}]", block["text"])}
        for block in blocks
    ]
    return numbered, [sources[old - 1] for old in order]
