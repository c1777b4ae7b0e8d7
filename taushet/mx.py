"""Which mail system takes the mail of a domain: one question to the DNS about its MX records (RFC 1035, 5321).

The standard library asks for addresses only, and this one question is too little to bring in a resolver. Nothing here
decides where mail goes, only how much leaves at once: an answer that is wrong, cut or forged costs pace, no letter.
"""

import secrets
import socket
import struct
from pathlib import Path

MX, IN = 15, 1
ASK_RECURSION = 0x0100
TIMEOUT = 2.0  # seconds, for each name server
MOST_SERVERS = 3
MOST_JUMPS = 20
RESOLV = Path("/etc/resolv.conf")
# Under these, three labels name who runs a server, and not two.
SHARED = frozenset({"kommune.no", "fylkeskommune.no", "stat.no", "dep.no", "priv.no", "co.uk", "org.uk", "com.au"})


class NoAnswer(Exception):
    """No name server answered, or none that can be read."""


def name_servers() -> list[tuple[str, int]]:
    """Return the name servers of this machine."""
    try:
        lines = RESOLV.read_text().splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return [(word[1], 53) for word in words if len(word) > 1 and word[0] == "nameserver"][:MOST_SERVERS]


def mail_system(domain: str, servers: list[tuple[str, int]] | None = None) -> str:
    """Return who takes the mail of a domain: what its best MX host has in common with those beside it.

    That is the last labels of its name, such as `outlook.com` for all who have their mail at Microsoft. A domain
    without MX records takes its mail itself (RFC 5321 5.1), and is its own mail system. Raises NoAnswer.
    """
    hosts = mail_hosts(domain, servers)
    return common_name(hosts[0]) if hosts else domain.lower()


def common_name(host: str) -> str:
    """Return what the hosts of one operator have in common."""
    labels = host.lower().rstrip(".").split(".")
    size = 3 if ".".join(labels[-2:]) in SHARED else 2
    return ".".join(labels[-size:])


def mail_hosts(domain: str, servers: list[tuple[str, int]] | None = None) -> list[str]:
    """Return the MX hosts of a domain, the best first; none when it has none. Raises NoAnswer."""
    number = secrets.randbelow(65536)
    try:
        question = struct.pack(">HHHHHH", number, ASK_RECURSION, 1, 0, 0, 0) + _name(domain)
    except (UnicodeError, ValueError) as error:
        raise NoAnswer(f"{domain!r} is no domain") from error
    for server in name_servers() if servers is None else servers:
        try:
            return _read(_ask(question + struct.pack(">HH", MX, IN), server), number)
        except (OSError, ValueError, IndexError, struct.error):
            continue
    raise NoAnswer("no name server answers")


def _ask(question: bytes, server: tuple[str, int]) -> bytes:
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as line:
        line.settimeout(TIMEOUT)
        line.connect(server)  # then only that server is heard
        line.send(question)
        return line.recv(4096)


def _name(domain: str) -> bytes:
    labels = [label.encode("idna") for label in domain.lower().rstrip(".").split(".")]
    if not all(0 < len(label) < 64 for label in labels):
        raise ValueError("a label of a domain has 1 to 63 signs")
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def _read(answer: bytes, number: int) -> list[str]:
    """Return the hosts in an answer; raises ValueError when it is not one to our question."""
    found, flags, questions, answers, _authorities, _more = struct.unpack(">HHHHHH", answer[:12])
    code = flags & 0xF
    if found != number or not flags & 0x8000 or code not in {0, 3}:
        raise ValueError("not an answer")
    place = 12
    for _question in range(questions):
        place = _skip(answer, place) + 4
    hosts = []
    for _record in range(answers):
        place = _skip(answer, place)
        kind, _class, _seconds, length = struct.unpack(">HHIH", answer[place : place + 10])
        place += 10
        if kind == MX:
            hosts.append((struct.unpack(">H", answer[place : place + 2])[0], _host(answer, place + 2)))
        place += length
    if place > len(answer):
        raise ValueError("an answer that was cut")
    return [host for _preference, host in sorted(hosts) if host]


def _skip(answer: bytes, place: int) -> int:
    while (length := answer[place]) and length < 0xC0:
        place += length + 1
    return place + (2 if length else 1)


def _host(answer: bytes, place: int) -> str:
    labels, jumps = [], 0
    while length := answer[place]:
        if length >= 0xC0:
            place = struct.unpack(">H", answer[place : place + 2])[0] & 0x3FFF
            jumps += 1
            if jumps > MOST_JUMPS:
                raise ValueError("a name that leads back to itself")
            continue
        labels.append(answer[place + 1 : place + 1 + length].decode("ascii"))
        place += length + 1
    return ".".join(labels)
