"""Everything that keeps a letter from going, each with the field at fault."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings

from municipalities.models import Municipality
from municipalities.services.facts import Known
from outreach.models import DemandVersion, Mandate
from outreach.services.mailings.audiences import Audience, Candidate
from outreach.services.mailings.grounds import Ground
from outreach.services.mailings.holes import says_nothing
from outreach.services.mailings.letter_texts import lacks_text
from outreach.services.mailings.occasions import remind_from
from taushet.texts import plain

LANGUAGES = ("nb", "nn", "en")
# Where a reason is mended that lies in the own texts of a mailing.
MAILING = "mailing"


def reasons_to_hold(
    ground: Ground, row: Candidate | None, mandate: Mandate | None, place: Municipality | None, language: str
) -> list[dict[str, Any]]:
    """Return everything that keeps a letter from being whole, each with the field at fault."""
    reasons = []
    if place is not None and place.valid_to is not None and place.valid_to <= ground.leaves_on:
        reasons.append(reason("municipality_ended", place.number))
    if row is None:
        roles = Audience.from_json(ground.mailing.audience).roles
        reasons.append(reason("no_address", roles[0] if roles else ""))
    elif row.why:
        reasons.append(reason(row.why, mandate.role, detail=detail_of(ground, row)))
    reasons += [
        reason(one.why_not, one.version.demand.slug, names=titles(one.version), at=one.version.demand.slug)
        for one in ground.asked
        if one.why_not
    ]
    if lacking := lacks_text(ground.mailing, ground.versions, language):
        reasons.append(reason("no_text", language, names=titles(lacking), at=lacking.demand.slug))
    leaning = {hook.pk: (hook, one.version.demand.slug) for one in reversed(ground.asked) for hook in one.hooks}
    reasons += [
        reason("hook_lapsed", hook.key, names={"nb": hook.citation_nb, "nn": hook.citation_nn}, at=slug)
        for hook, slug in sorted(leaning.values(), key=lambda row: row[0].pk)
        if not hook.is_valid_on(ground.leaves_on)
    ]
    return reasons + fact_reasons(ground, place)


def fact_reasons(ground: Ground, place: Municipality | None) -> list[dict[str, Any]]:
    """Return which facts are missing or too old; made once for each place."""
    key = ("reasons", place and place.number)
    if key in ground.made:
        return ground.made[key]
    reasons = []
    for indicator in ground.indicators:
        known = ground.facts.get((place.number, indicator.key)) if place else None
        names = {code: getattr(indicator, f"name_{code}") for code in LANGUAGES}
        if known is None or says_nothing(str(known.value)):
            reasons.append(reason("fact_missing", indicator.key, names=names))
        elif not indicator.is_counted_by_us and says_nothing(plain(known.source)):
            reasons.append(reason("fact_unsourced", indicator.key, names=names))
        elif not is_readable(known):
            reasons.append(reason("fact_unreadable", indicator.key, names=names, detail=known.value[:60]))
        elif is_stale(known, ground.leaves_on):
            reasons.append(reason("fact_stale", indicator.key, names=names, detail=known.observed_on.isoformat()))
    ground.made[key] = reasons
    return reasons


def reason(
    why: str, field: str, *, names: dict[str, str] | None = None, detail: str = "", at: str = ""
) -> dict[str, Any]:
    """Return one of `Letter.held_for`; `at` is where it is mended: the slug of a demand, or the mailing itself."""
    made = {"why": why, "field": field, "names": names or {}, "detail": detail}
    return made | ({"at": at} if at else {})


def detail_of(ground: Ground, row: Candidate) -> str:
    """Return what the sentence about a reason names beside the office."""
    match row.why:
        case "suppressed":
            return row.email
        case "quiet_period":
            return str(settings.OUTREACH_QUIET_DAYS)
        case "same_address":
            return row.email
        case "too_soon":
            return remind_from(ground.sent_on[row.mandate]).isoformat()
    return ""


def titles(version: DemandVersion) -> dict[str, str]:
    return {"nb": version.title_nb, "nn": version.title_nn}


def stale_on(known: Known) -> date | None:
    """Return the first day a value is too old, None when it never is or is counted anew each time."""
    days = known.indicator.fresh_days
    if known.indicator.is_counted_by_us or days is None:
        return None
    return known.observed_on + timedelta(days=days)


def is_readable(known: Known) -> bool:
    """Whether a value is one of its kind: the kind of an indicator may have changed since it was put in."""
    try:
        known.indicator.show(known.value)
    except (ValueError, ArithmeticError):
        return False
    return True


def is_stale(known: Known, day: date) -> bool:
    first_day = stale_on(known)
    return first_day is not None and day >= first_day
