"""Erasing what has been kept long enough, by the same table that the privacy page prints."""

import logging
import time
from datetime import datetime

from django.utils import timezone

from taushet.models import AuditEntry
from taushet.registries import RetentionRule, retention_rules

logger = logging.getLogger(__name__)

APPLIED = "retention.applied"
RETENTION = "retention"  # what the log says it was done to


class RetentionFailed(Exception):
    """Some rules could not be applied; the others were."""


def apply_rules(now: datetime) -> dict[str, int]:
    """Apply every rule, write down what came of it, and return how many rows each changed.

    One rule that fails does not stop the others; raises RetentionFailed at the end then, so that staff see it.
    """
    changed, failed, started = {}, [], time.monotonic()
    for rule in retention_rules:
        if rule.apply is None:
            continue
        try:
            changed[rule.key] = _apply(rule, now)
        except Exception:
            logger.exception("the retention rule %s failed", rule.key)
            failed.append(rule.key)
    _record(changed, failed, time.monotonic() - started)
    if failed:
        raise RetentionFailed(", ".join(failed))
    return changed


def _apply(rule: RetentionRule, now: datetime) -> int:
    count = rule.apply(now)
    if count:
        logger.info("retention rule %s: %s rows", rule.key, count)
    return count


def _record(changed: dict[str, int], failed: list[str], seconds: float) -> None:
    """Leave a line in the log of who did what: numbers by rule, never what was erased."""
    detail = {
        "erased": {key: count for key, count in changed.items() if count},
        "failed": failed,
        "seconds": round(seconds, 1),
    }
    AuditEntry.objects.create(
        actor_kind="clock",
        action=APPLIED,
        object_type=RETENTION,
        object_id=timezone.localdate().isoformat(),
        detail=detail,
    )
