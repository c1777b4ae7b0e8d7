"""The access point: the company that carries e-invoices into Peppol for us, asked by HTTP.

It is given each document under a name of ours that never changes (`Idempotency-Key`), so that the same document given
twice stays one, and can be asked later what became of it by that name. Its address is a setting, so it is trusted as
an address; what it answers is bounded in size and only ever shown as text.

    POST <address>/documents              the XML; answers 2xx {"id", "status", "reason"}
    GET  <address>/documents/<name>       answers 200 {"id", "status", "reason"}, or 404 when it has never seen it
"""

import json
import time
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

import requests
from django.conf import settings
from django.utils.translation import gettext_noop

from taushet.checks import access_point_fault

CONNECT, READ, WHOLE = 5, 20, 40  # seconds
MOST_BYTES = 64 * 1024
SHORTEST_REST, LONGEST_REST = 1, 24 * 3600  # seconds that an access point may ask us to wait

AWAY = gettext_noop("The access point cannot be reached.")
BUSY = gettext_noop("The access point asked us to come back later.")
WRONG_KEY = gettext_noop("The access point does not accept our key. See the settings.")
WRONG_ADDRESS = gettext_noop("The access point answers something else. See the settings.")
NO_ANSWER = gettext_noop("The access point did not answer. It may or may not have taken it.")
NEVER_SEEN = gettext_noop("The access point has never seen it.")
NO_REASON = gettext_noop("The access point gave no reason.")


class Told(StrEnum):
    """What the access point told of a document."""

    SENT = "sent"  # it has taken it, and carries it on
    ACCEPTED = "accepted"  # the payer has accepted it
    REFUSED = "refused"  # nothing more happens with it
    LATER = "later"  # it has not taken it, and may another time
    NEVER_SEEN = "never_seen"
    UNKNOWN = "unknown"  # nobody knows


WORDS = {
    Told.SENT: {"received", "queued", "sending", "sent", "delivered"},
    Told.ACCEPTED: {"accepted", "approved"},
    Told.REFUSED: {"refused", "rejected", "failed", "invalid"},
}


@dataclass(frozen=True)
class Answer:
    """What came of a question. `wait` is how many seconds the access point asked us to stay away."""

    told: Told
    reason: str = ""
    access_point_id: str = ""
    wait: int | None = None


def is_configured() -> bool:
    """Whether e-invoices go to an access point; else somebody downloads them."""
    return bool(settings.ACCESS_POINT_URL)


def send(name: str, xml: bytes) -> Answer:
    """Give a document to the access point under its name, and return what came of it; never raises for the network."""
    headers = {"Content-Type": "application/xml", "Idempotency-Key": name}
    return _read(_call("POST", "documents", data=xml, headers=headers), is_sending=True)


def ask(name: str) -> Answer:
    """Ask what became of a document; never raises for the network."""
    return _read(_call("GET", f"documents/{quote(name, safe='')}"), is_sending=False)


@dataclass(frozen=True)
class _Reply:
    status: int
    body: bytes = b""
    retry_after: str = ""


def _call(method: str, path: str, *, data: bytes | None = None, headers: dict | None = None) -> _Reply | Answer:
    """Return the reply, or the answer that follows from having none."""
    url = settings.ACCESS_POINT_URL
    if access_point_fault(url):
        return Answer(Told.LATER, WRONG_ADDRESS)
    deadline = time.monotonic() + WHOLE
    try:
        with requests.Session() as session:
            session.trust_env = url.startswith("https:")  # no proxy stands between us and a gateway beside us
            reply = session.request(
                method,
                f"{url.rstrip('/')}/{path}",
                data=data,
                headers={"Accept": "application/json"} | (headers or {}),
                auth=_show_key,  # not a header, which a password file of the machine would replace
                timeout=(CONNECT, READ),
                allow_redirects=False,
                stream=True,
            )
            return _Reply(reply.status_code, _body(reply, deadline), reply.headers.get("Retry-After", ""))
    except requests.ConnectTimeout:
        return Answer(Told.LATER, AWAY)
    except requests.ConnectionError as error:
        return Answer(Told.LATER, AWAY) if _never_connected(error) else Answer(Told.UNKNOWN, NO_ANSWER)
    except (requests.RequestException, OSError):
        return Answer(Told.UNKNOWN, NO_ANSWER)


def _show_key(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {settings.ACCESS_POINT_KEY}"
    return request


def _body(reply: requests.Response, deadline: float) -> bytes:
    """Read what was answered; raises RequestException when it is too much or takes too long."""
    whole = b""
    for part in reply.iter_content(8192):
        whole += part
        if len(whole) > MOST_BYTES or time.monotonic() > deadline:
            raise requests.RequestException("The answer has no end.")
    return whole


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether the line was never open: the name unknown, nobody listening, no way there, or another's certificate."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return type(cause).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def _read(reply: _Reply | Answer, *, is_sending: bool) -> Answer:
    if isinstance(reply, Answer):
        return reply
    if reply.status in {401, 403}:
        return Answer(Told.LATER, WRONG_KEY)
    if reply.status in {429, 503}:
        return Answer(Told.LATER, BUSY, wait=_wait(reply.retry_after))
    if reply.status >= 500 or reply.status in {408, 409, 425}:
        return Answer(Told.UNKNOWN, NO_ANSWER)
    fields = _fields(reply.body)
    if reply.status in {400, 413, 415, 422} and is_sending:
        return _as_answer(fields | {"status": "refused"})
    if reply.status == 404 and not is_sending and fields:
        return Answer(Told.NEVER_SEEN, NEVER_SEEN)
    if not 200 <= reply.status < 300:
        return Answer(Told.LATER, WRONG_ADDRESS)
    # Whoever says yes without a word we know may have taken it.
    return _as_answer(fields) or Answer(Told.UNKNOWN, NO_ANSWER)


def _as_answer(fields: dict[str, str]) -> Answer | None:
    told = next((told for told, words in WORDS.items() if fields.get("status", "").lower() in words), None)
    if told is None:
        return None
    reason = fields.get("reason", "") or (NO_REASON if told == Told.REFUSED else "")
    return Answer(told, reason[:300], fields.get("id", "")[:200])


def _fields(body: bytes) -> dict[str, str]:
    """Return the words of a JSON object, each on one line; nothing for whatever else it is."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        key: " ".join(str(value).replace("\0", "").split())
        for key, value in found.items()
        if isinstance(value, str | int)
    }


def _wait(header: str) -> int | None:
    return min(max(int(header), SHORTEST_REST), LONGEST_REST) if header.isascii() and header.isdigit() else None
