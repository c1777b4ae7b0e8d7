"""One spelling for each e-mail address, to find it again by."""

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


def same_address(one: str, other: str) -> bool:
    return canonical(one) == canonical(other)
