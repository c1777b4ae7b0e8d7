import smtplib
import ssl

import pytest
import requests
from anymail.exceptions import (
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
    AnymailSerializationError,
)
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, ReadTimeoutError

from taushet.models import Attempt
from taushet.services.answers import describe, read_error

Outcome = Attempt.Outcome


def http(status):
    response = requests.Response()
    response.status_code = status
    return AnymailRequestsAPIError("no", response=response)


def wrapped(cause):
    """Return what Anymail makes of an error of the line."""
    try:
        try:
            raise cause
        except requests.RequestException as error:
            raise type("AnymailRequestsAPIError", (AnymailRequestsAPIError, type(error)), {})("no") from error
    except AnymailRequestsAPIError as error:
        return error


NO_LINE = requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))
BAD_CERTIFICATE = requests.exceptions.SSLError(MaxRetryError(None, "/", ssl.SSLCertVerificationError("x")))
CUT = requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError()))
SILENT = requests.ReadTimeout(ReadTimeoutError(None, "/", "timed out"))


@pytest.mark.parametrize(
    ("error", "text_has_left", "outcome"),
    [
        (smtplib.SMTPDataError(554, b"no"), True, Outcome.REFUSED),
        (smtplib.SMTPDataError(451, b"not now"), True, Outcome.LATER),
        (smtplib.SMTPDataError(421, b"closing"), True, Outcome.LATER),
        (smtplib.SMTPDataError(252, b"will try"), True, Outcome.ACCEPTED),
        (smtplib.SMTPDataError(-1, b"garbage"), True, Outcome.UNKNOWN),
        (smtplib.SMTPResponseException(500, "Line too long."), True, Outcome.UNKNOWN),
        (smtplib.SMTPResponseException(500, "Line too long."), False, Outcome.LATER),
        (smtplib.SMTPSenderRefused(550, b"no", "x@y"), False, Outcome.REFUSED),
        (smtplib.SMTPSenderRefused(530, b"log in", "x@y"), False, Outcome.LATER),
        (smtplib.SMTPRecipientsRefused({"x@y": (550, b"no")}), False, Outcome.REFUSED),
        (smtplib.SMTPRecipientsRefused({"x@y": (450, b"grey")}), False, Outcome.LATER),
        (smtplib.SMTPServerDisconnected("gone"), False, Outcome.LATER),
        (smtplib.SMTPServerDisconnected("gone"), True, Outcome.UNKNOWN),
        (TimeoutError(), True, Outcome.UNKNOWN),
        (TimeoutError(), False, Outcome.LATER),
        (ValueError("bad address"), False, Outcome.REFUSED),
        (RuntimeError("?"), True, Outcome.UNKNOWN),
        (RuntimeError("?"), False, Outcome.UNKNOWN),
        (http(400), True, Outcome.REFUSED),
        (http(422), True, Outcome.REFUSED),
        (http(401), True, Outcome.LATER),
        (http(429), True, Outcome.LATER),
        (http(503), True, Outcome.LATER),
        (http(500), True, Outcome.UNKNOWN),
        (http(502), True, Outcome.UNKNOWN),
        (http(200), True, Outcome.UNKNOWN),
        (wrapped(NO_LINE), True, Outcome.LATER),
        (wrapped(BAD_CERTIFICATE), True, Outcome.LATER),
        (wrapped(requests.ConnectTimeout()), True, Outcome.LATER),
        (wrapped(CUT), True, Outcome.UNKNOWN),
        (wrapped(SILENT), True, Outcome.UNKNOWN),
        (AnymailRecipientsRefused(), True, Outcome.REFUSED),
        (AnymailInvalidAddress("x"), True, Outcome.REFUSED),
        (AnymailSerializationError(), True, Outcome.REFUSED),
    ],
)
def test_only_a_clear_no_allows_another_try(error, text_has_left, outcome):
    assert read_error(error, text_has_left=text_has_left).outcome == outcome


def test_words_of_the_provider_are_kept_on_one_short_line():
    error = smtplib.SMTPDataError(554, b"5.7.1 Not\r\nwanted " + b"x" * 400)

    text = describe(error)

    assert text.startswith("SMTPDataError: 554 5.7.1 Not wanted x")
    assert len(text) == 300
