"""Which addresses belong to the open net, and which hosts belong together."""

from ipaddress import IPv4Address, IPv6Network, ip_address, ip_network

# `is_global` counts these as public, but they stand for other addresses, or for many.
UNICAST6 = ip_network("2000::/3")
TRANSLATED = [IPv6Network(net) for net in ("2001::/23", "2002::/16", "64:ff9b::/96", "64:ff9b:1::/48", "3fff::/20")]
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


def is_beside(host: str | None, other: str | None) -> bool:
    """Whether two hosts are one, or belong to one domain, as p34-caldav.icloud.com does to caldav.icloud.com."""
    if not host or not other:
        return False
    ends = [name.lower().rsplit(".", 2)[-2:] for name in (host, other)]
    has_names = any(sign.isalpha() for sign in host) and ":" not in host
    return host.lower() == other.lower() or (has_names and len(ends[0]) == 2 and ends[0] == ends[1])
