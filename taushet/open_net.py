"""Which addresses belong to the open net, and which hosts belong together."""

from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network

# `is_global` counts these as public, but they stand for other addresses, or for many.
UNICAST6 = ip_network("2000::/3")
TRANSLATED = [IPv6Network(net) for net in ("2001::/23", "2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", "3fff::/20")]
ONE_OWNER = ("icloud.com",)
SPECIAL4 = [ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "100.64.0.0/10")]


def is_public(address: str) -> bool:
    """Whether an address is one of the open net, and stands for no other."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if found.is_multicast or not found.is_global:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in net for net in SPECIAL4)
    return found in UNICAST6 and not any(found in net for net in TRANSLATED)


def is_same_server(host: str | None, other: str | None) -> bool:
    """Whether what is told to one host may be told to the other: it is the same, or both belong to one owner we know.

    A common ending is not enough: everybody's site at a host of sites has one, and so has a county's school beside its
    hospital. Apple leads from caldav.icloud.com to p34-caldav.icloud.com, and owns all of it.
    """
    if not host or not other:
        return False
    host, other = host.lower(), other.lower()
    return host == other or any(host.endswith(f".{end}") and other.endswith(f".{end}") for end in ONE_OWNER)
