"""How often somebody may do something; counted in the table of the cache that all processes share."""

import hashlib
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

COUNT = """
    INSERT INTO {table} (cache_key, value, expires) VALUES (%s, '1', %s)
    ON CONFLICT (cache_key) DO UPDATE SET value = CAST(CAST({table}.value AS INTEGER) + 1 AS TEXT)
    RETURNING value
"""


def is_within(action: str, who: str, *, times: int, every: timedelta) -> bool:
    """Count one more try of an action, and say whether it is still within so many in each span of time.

    `who` is an address of the net or a mail address; only its hash is kept, for as long as the span lasts. One
    statement, so that no two tries at once count as one; on pages that many open it costs no more than it must.
    """
    seconds = int(every.total_seconds())
    digest = hashlib.sha256(who.encode()).hexdigest()
    key = f"limit:{action}:{digest}:{int(time.time()) // seconds}"
    ends_at = connection.ops.adapt_datetimefield_value((timezone.now() + every).replace(microsecond=0))
    table = connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(table=table), [key, ends_at])
        return int(cursor.fetchone()[0]) <= times
