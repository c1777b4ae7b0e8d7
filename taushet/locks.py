"""Locks on what is no row, such as how many bookings an address has waiting."""

import hashlib

from django.db import connection


def lock_words(*words: str) -> None:
    """Hold words until the transaction ends, so that whoever holds one of them too waits.

    Always in the order given: callers name them from the narrow to the wide, and after the rows they lock. On SQLite
    whoever writes is alone already.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            held = ", ".join(["pg_advisory_xact_lock(%s)"] * len(words))
            cursor.execute(f"SELECT {held}", [_number(word) for word in words])


def _number(word: str) -> int:
    return int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], signed=True)
