"""One spelling for each e-mail address, to find it again by."""

from contextlib import suppress
from functools import lru_cache


@lru_cache(maxsize=20_000)
def canonical(address: str) -> str:
    """Return an address in lower case with its domain as the net knows it, `bærum.no` as `xn--brum-voa.no`.

    A domain that no encoding takes is left as it is.
    """
    name, at, domain = address.strip().lower().rpartition("@")
    if domain.isascii():
        return f"{name}{at}{domain}"
    try:
        return f"{name}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return f"{name}{at}{domain}"


def spellings(address: str) -> set[str]:
    """Return how an address may stand in the database, in lower case: its domain as the net and as people write it."""
    known = canonical(address)
    name, at, domain = known.rpartition("@")
    with suppress(UnicodeError):
        return {known, f"{name}{at}{domain.encode('ascii').decode('idna')}"}
    return {known}


def same_address(one: str, other: str) -> bool:
    return canonical(one) == canonical(other)
