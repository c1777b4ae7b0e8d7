"""What an answer from the mail provider means, and what the lack of one does.

The question is always the same: can the message have been taken? Only a clear no allows another try.

    accepted   a positive answer
    refused    a clear and lasting no about this message (SMTP 5xx, a 4xx from a provider's interface)
    later      a clear and passing no (SMTP 4xx), or the message never left this machine
    unknown    its text had begun to leave, and then nothing, or nothing that can be read
"""

import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from taushet.models import Attempt

Outcome = Attempt.Outcome
OUR_ACCOUNT_SMTP = {530, 534, 535, 538}  # the provider does not let us in: about us, not about the message
OUR_ACCOUNT_HTTP = {401, 402, 403, 429, 503}
MAY_HAVE_BEEN_TAKEN_HTTP = {408, 500, 502, 504}
NEVER_CONNECTED = (NewConnectionError, ConnectTimeoutError, requests.ConnectTimeout, ssl.SSLCertVerificationError)


@dataclass(frozen=True)
class Answer:
    """How one attempt ended. `is_line_trouble`: the next message would fare the same, so the sender rests first."""

    outcome: str
    detail: str = ""
    provider_id: str = ""
    is_line_trouble: bool = False


def read_no_connection(error: Exception) -> Answer:
    """Judge a failure before the provider has been told anything about the message."""
    return Answer(Outcome.LATER, describe(error), is_line_trouble=True)


def read_error(error: Exception, *, text_has_left: bool) -> Answer:
    """Judge a failure while handing over; `text_has_left` says that the provider had begun to get the text."""
    if isinstance(error, smtplib.SMTPException | OSError) and not isinstance(error, requests.RequestException):
        return _read_smtp(error, text_has_left)
    if isinstance(error, AnymailError | requests.RequestException):
        return _read_http(error)
    if isinstance(error, ValueError | TypeError) and not text_has_left:
        return Answer(Outcome.REFUSED, describe(error))
    return Answer(Outcome.UNKNOWN, describe(error), is_line_trouble=True)


def describe(error: Exception) -> str:
    """Return what staff may read of an error: its name and the provider's words, on one line."""
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        text = f"{code} {_decode(words)}"
    elif isinstance(error, smtplib.SMTPResponseException):
        text = f"{error.smtp_code} {_decode(error.smtp_error)}"
    elif isinstance(error, AnymailAPIError) and error.status_code:
        text = f"HTTP {error.status_code}"
    else:
        text = str(error)
    return " ".join(f"{name}: {text}".split())[:300]


def _read_smtp(error: Exception, text_has_left: bool) -> Answer:
    code = _smtp_code(error)
    detail = describe(error)
    if code in OUR_ACCOUNT_SMTP or code == 421:
        return Answer(Outcome.LATER, detail, is_line_trouble=True)
    if 200 <= code < 300 and text_has_left:
        return Answer(Outcome.ACCEPTED, detail)
    if 400 <= code < 500:
        return Answer(Outcome.LATER, detail)
    if 500 <= code < 600:
        return Answer(Outcome.REFUSED, detail)
    return Answer(Outcome.UNKNOWN if text_has_left else Outcome.LATER, detail, is_line_trouble=True)


def _smtp_code(error: Exception) -> int:
    """Return the reply code, 0 without a readable one (smtplib itself makes up a 500 for an endless line)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    if isinstance(error, smtplib.SMTPResponseException) and type(error) is not smtplib.SMTPResponseException:
        return error.smtp_code
    return 0


def _read_http(error: Exception) -> Answer:
    detail = describe(error)
    status = getattr(error, "status_code", None) or 0
    if isinstance(error, AnymailRecipientsRefused):
        return Answer(Outcome.REFUSED, detail)
    if status in OUR_ACCOUNT_HTTP or any(isinstance(cause, NEVER_CONNECTED) for cause in _causes(error)):
        return Answer(Outcome.LATER, detail, is_line_trouble=True)
    if 400 <= status < 500 and status not in MAY_HAVE_BEEN_TAKEN_HTTP:
        return Answer(Outcome.REFUSED, detail)
    if not isinstance(error, AnymailAPIError | requests.RequestException):
        return Answer(Outcome.REFUSED, detail)
    return Answer(Outcome.UNKNOWN, detail, is_line_trouble=True)


def _causes(error: BaseException | None, depth: int = 8) -> Iterator[object]:
    if error is None or depth == 0:
        return
    yield error
    for cause in (error.__cause__, error.__context__, getattr(error, "reason", None), *error.args):
        if isinstance(cause, BaseException):
            yield from _causes(cause, depth - 1)


def _decode(words: bytes | str) -> str:
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)
