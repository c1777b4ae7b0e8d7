import logging
import sys

from django.conf import settings

from taushet.logs import TokenlessFormatter
from taushet.services.links import make_token


def line(*args, error=None, level=logging.WARNING):
    record = logging.LogRecord("django.request", level, "", 0, *args, error)
    return TokenlessFormatter("{levelname} {message}", style="{").format(record)


def test_secret_link_stands_in_no_line():
    token = make_token("booking", 7, 1)

    assert line("Forbidden (%s): %s", ("Origin", f"/bestilling/{token}/")) == (
        "WARNING Forbidden (Origin): /bestilling/…/"
    )


def test_secret_link_stands_in_no_traceback():
    token = make_token("feed-trainer", 7, 2)
    try:
        raise ValueError(f"/kalender/{token}.ics")
    except ValueError:
        told = line("failed", (), error=sys.exc_info(), level=logging.ERROR)
        refused = line("Forbidden (Permission denied): %s", ("/stab/",), error=sys.exc_info())

    assert token not in told
    assert told.endswith("ValueError: /kalender/….ics")
    assert refused == "WARNING Forbidden (Permission denied): /stab/"  # one line: who may not, and no fault of ours


def test_other_words_stay():
    assert line("message %s of mote-%s", (12, "a" * 32)) == f"WARNING message 12 of mote-{'a' * 32}"


def test_every_line_goes_through_it():
    assert settings.LOGGING["formatters"]["line"]["class"] == "taushet.logs.TokenlessFormatter"
    assert settings.LOGGING["handlers"]["console"]["formatter"] == "line"
