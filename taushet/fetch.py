"""Fetching from an address that somebody gave us, without letting it reach into our own network (SSRF).

A name is looked up once, every address it stands for must be public, and the connection goes to that very address: a
name that changes between check and connect gains nothing. Redirects are followed by hand, each checked again. Time
and size are bounded, size after decompression. Nothing of what the other side says is in an error, only a code.
"""

import http.client
import io
import socket
import ssl
import threading
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import SplitResult, urljoin, urlsplit

import certifi
from django.conf import settings

from taushet.open_net import is_public, is_same_server
from taushet.timed_connection import TimedConnection

HTTPS = 443
MEBIBYTE = 1024 * 1024
CHUNK = 64 * 1024
LONGEST_ADDRESS = 2000
AGENT = "TaushetKalender/1"
SENT_ON, SENT_ON_AS_IT_IS = {301, 302, 303, 307, 308}, {301, 302, 307, 308}

Lookup = Callable[[str, int], list[str]]


class Why(StrEnum):
    """Why nothing was got."""

    ADDRESS = "address"
    REFUSED = "refused"
    REDIRECTS = "redirects"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    SIGN_IN = "sign_in"
    MISSING = "missing"
    SERVER = "server"
    TOO_LARGE = "too_large"


class FetchFailed(Exception):
    """Nothing was got; `why` says so without a word of the other side."""

    def __init__(self, why: Why):
        super().__init__(why.value)
        self.why = why


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses a name stands for, as the machine's resolver has it."""
    return [found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Limits:
    """What a fetch may take: seconds to connect and altogether, bytes after decompression, redirects."""

    connect: float = 3
    total: float = 10
    most_bytes: int = 5 * MEBIBYTE
    redirects: int = 3


@dataclass(frozen=True)
class Login:
    """Who asks, for the server it was given for."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()


@dataclass(frozen=True)
class Got:
    """An answer: its status (200, 207 or 304), headers that tell its version, and the body, decompressed."""

    status: int
    url: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    etag: str = ""
    last_modified: str = ""


def is_allowed(address: str, port: int) -> bool:
    """Whether we connect there. FETCH_TEST_SERVERS is empty but in tests, which have servers of their own."""
    return (port == HTTPS and is_public(address)) or (address, port) in settings.FETCH_TEST_SERVERS


def check_address(url: str) -> SplitResult:
    """Return an address in parts; raises FetchFailed unless it is https, without a user, and nothing odd in it."""
    try:
        parts = urlsplit(url)
        port = parts.port or HTTPS
    except ValueError:
        raise FetchFailed(Why.ADDRESS) from None
    odd = any(ord(sign) <= 32 or ord(sign) == 127 for sign in url)
    if odd or parts.scheme != "https" or not parts.hostname or parts.username is not None or len(url) > LONGEST_ADDRESS:
        raise FetchFailed(Why.ADDRESS)
    if port != HTTPS and port not in {one for _address, one in settings.FETCH_TEST_SERVERS}:
        raise FetchFailed(Why.REFUSED)
    return parts


def fetch(
    url: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    login: Login | None = None,
    limits: Limits | None = None,
    lookup: Lookup = look_up,
) -> Got:
    """Return what is at an https address; raises FetchFailed.

    `login` goes along to the server of the address alone, wherever redirects lead.
    """
    limits = limits or Limits()
    deadline = time.monotonic() + limits.total
    first = check_address(url)
    for _turn in range(limits.redirects + 1):
        parts = check_address(url)
        sent = {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Connection": "close"} | dict(headers or {})
        if login and is_same_server(parts.hostname, first.hostname):
            sent["Authorization"] = login.header
        try:
            answer = _ask(url, parts, method, body, sent, limits, deadline, lookup)
        except TimeoutError:
            raise FetchFailed(Why.SLOW) from None
        except (OSError, http.client.HTTPException):
            raise FetchFailed(Why.UNREACHABLE) from None
        if isinstance(answer, Got):
            return answer
        url = answer
    raise FetchFailed(Why.REDIRECTS)


def _ask(url, parts, method, body, headers, limits, deadline, lookup) -> Got | str:
    """Return the answer of one address, or where it sends us on."""
    line = TimedConnection(_connect(parts, limits, deadline, lookup), deadline)
    connection = http.client.HTTPConnection(parts.hostname, parts.port or HTTPS)
    connection.default_port = HTTPS
    connection.sock, connection.auto_open = line, 0
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        if answer.status in SENT_ON:
            target = answer.headers.get("Location")
            if not target or (method != "GET" and answer.status not in SENT_ON_AS_IT_IS):
                raise FetchFailed(Why.SERVER)
            return _next(url, target)
        _refuse_status(answer.status)
        return Got(
            answer.status,
            url,
            b"" if answer.status == 304 else _read(answer, limits.most_bytes),
            answer.headers.get("ETag", ""),
            answer.headers.get("Last-Modified", ""),
        )
    except (ValueError, zlib.error):  # a request that cannot be written, a body that cannot be read
        raise FetchFailed(Why.SERVER) from None
    finally:
        line.hang_up()


def _next(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise FetchFailed(Why.ADDRESS) from None


def _refuse_status(status: int) -> None:
    if status in {401, 403, 407}:
        raise FetchFailed(Why.SIGN_IN)
    if status in {404, 410}:
        raise FetchFailed(Why.MISSING)
    if status not in {200, 207, 304}:
        raise FetchFailed(Why.SERVER)


def _connect(parts: SplitResult, limits: Limits, deadline: float, lookup: Lookup) -> ssl.SSLSocket:
    """Connect to an address that has been checked, never to a name."""
    host, port = parts.hostname, parts.port or HTTPS
    addresses = _look_up(host, port, lookup, min(deadline, time.monotonic() + limits.connect))
    if not addresses or not all(is_allowed(address, port) for address in addresses):
        raise FetchFailed(Why.REFUSED if addresses else Why.UNREACHABLE)
    problem: OSError = TimeoutError()
    for address in addresses:
        left = min(limits.connect, deadline - time.monotonic())
        if left <= 0:
            break
        try:
            return _secure(socket.create_connection((address, port), timeout=left), host, left)
        except OSError as error:
            problem = error
    raise problem


def _secure(plain: socket.socket, host: str, seconds: float) -> ssl.SSLSocket:
    """Open TLS as the host of the name, whose certificate is checked."""
    context = ssl.create_default_context()
    if not context.get_ca_certs():
        context.load_verify_locations(certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    plain.settimeout(seconds)
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _look_up(host: str, port: int, lookup: Lookup, deadline: float) -> list[str]:
    """Look a name up once, and no longer than until the deadline: resolvers take their time."""
    found: list[str] = []
    problem: list[Exception] = []

    def work() -> None:
        try:
            found.extend(dict.fromkeys(lookup(host, port)))
        except (OSError, UnicodeError) as error:
            problem.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(0.0, deadline - time.monotonic()))
    if thread.is_alive():
        raise TimeoutError
    if problem:
        raise FetchFailed(Why.UNREACHABLE)
    return found


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    """Return the body; raises FetchFailed as soon as it is more than `most` bytes, packed or not."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in {"identity", "gzip", "x-gzip", ""}:
        raise FetchFailed(Why.SERVER)
    if answer.length is not None and answer.length > most:
        raise FetchFailed(Why.TOO_LARGE)
    whole = io.BytesIO()
    unpack = None if coding in {"identity", ""} else zlib.decompressobj(16 + zlib.MAX_WBITS)
    received = 0
    while chunk := answer.read1(CHUNK):
        received += len(chunk)
        while chunk:
            part = chunk if unpack is None else unpack.decompress(chunk, CHUNK)
            chunk = b"" if unpack is None else unpack.unconsumed_tail
            whole.write(part)
            if max(received, whole.tell()) > most:
                raise FetchFailed(Why.TOO_LARGE)
    if answer.length or (unpack and not unpack.eof):
        raise FetchFailed(Why.UNREACHABLE)  # cut off: half a calendar would read as free
    return whole.getvalue()
