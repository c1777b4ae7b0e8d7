"""How often somebody may do something; counted in the cache that all processes share."""

import hashlib
import time
from datetime import timedelta

from django.core.cache import cache


def is_within(action: str, who: str, *, times: int, every: timedelta) -> bool:
    """Count one more try of an action, and say whether it is still within so many in each span of time.

    `who` is an address of the net or a mail address; only its hash is kept, for as long as the span lasts.
    """
    seconds = int(every.total_seconds())
    digest = hashlib.sha256(who.encode()).hexdigest()
    key = f"limit:{action}:{digest}:{int(time.time()) // seconds}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) <= times
    except ValueError:  # it ran out between the two calls
        return True
