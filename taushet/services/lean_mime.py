"""The bytes of a letter without files, written straight out.

Python's own way is to make an object of every header and part, to fold each anew and to encode line by line, which
takes many times as long as handing the letter over. What is out of the ordinary still goes that way, header by header.
"""

import binascii
import re
import secrets
from email.headerregistry import HeaderRegistry
from email.policy import EmailPolicy
from functools import lru_cache

ORDINARY = re.compile(r"[!-~]+(?: [!-~]+)*")
MAX_LINE = 78


@lru_cache(maxsize=256)
def fold(name: str, value: str, policy: EmailPolicy) -> str:
    """Return a header in as many lines as it takes, each ending in CRLF; raises ValueError for one with line breaks."""
    if ORDINARY.fullmatch(value) and "=?" not in value and len(name) + 2 + len(value) <= MAX_LINE:
        return f"{name}: {value}\r\n"
    name, parsed = policy.header_store_parse(name, value)
    return parsed.fold(policy=policy)


def write_alternatives(headers: list[tuple[str, str]], text: str, html: str, factory: HeaderRegistry) -> bytes:
    """Return an e-mail that says the same as plain text and as HTML, plain ASCII in short lines (RFC 2045, 2046)."""
    policy = policy_of(factory)
    boundary = f"=_{secrets.token_hex(16)}"  # no quoted-printable text holds these two signs
    head = "".join(fold(name, value, policy) for name, value in headers)
    parts = "".join(
        f"--{boundary}\r\n"
        f'Content-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "MIME-Version: 1.0\r\n\r\n"
        f"{quote(body)}\r\n"
        for kind, body in (("plain", text), ("html", html))
    )
    kind = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
    return f"{head}{kind}\r\n{parts}--{boundary}--\r\n".encode("ascii")


@lru_cache(maxsize=1)
def policy_of(factory: HeaderRegistry) -> EmailPolicy:
    return EmailPolicy(linesep="\r\n", cte_type="7bit", header_factory=factory)


def quote(body: str) -> str:
    """Return a text as quoted-printable, every line ending in CRLF."""
    lines = b"".join(line + b"\r\n" for line in body.encode().splitlines())
    return binascii.b2a_qp(lines, istext=True).decode("ascii")
