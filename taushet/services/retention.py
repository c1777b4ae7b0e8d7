"""Erasing what has been kept long enough, by the same table that the privacy page prints."""

import logging
from datetime import datetime

from taushet.registries import RetentionRule, retention_rules

logger = logging.getLogger(__name__)


class RetentionFailed(Exception):
    """Some rules could not be applied; the others were."""


def apply_rules(now: datetime) -> dict[str, int]:
    """Apply every rule and return how many rows each changed.

    One rule that fails does not stop the others; raises RetentionFailed at the end then, so that staff see it.
    """
    changed, failed = {}, []
    for rule in retention_rules:
        if rule.apply is None:
            continue
        try:
            changed[rule.key] = _apply(rule, now)
        except Exception:
            logger.exception("the retention rule %s failed", rule.key)
            failed.append(rule.key)
    if failed:
        raise RetentionFailed(", ".join(failed))
    return changed


def _apply(rule: RetentionRule, now: datetime) -> int:
    count = rule.apply(now)
    if count:
        logger.info("retention rule %s: %s rows", rule.key, count)
    return count
