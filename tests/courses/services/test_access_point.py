"""What is understood of an access point that answers in any way there is."""

import socket
import threading
from contextlib import contextmanager

import pytest

from courses.services.access_point import Told, ask, send
from taushet.checks import access_point_fault, check_access_point
from tests.servers.access_point import KEY


@contextmanager
def answering(settings, reply: bytes):
    """Answer one call with these very bytes, whatever it asks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            line, _address = listener.accept()
            with line:
                line.recv(65536)
                line.sendall(reply)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        settings.ACCESS_POINT_URL = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        settings.ACCESS_POINT_KEY = KEY
        yield
        thread.join(5)


def http(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


@pytest.mark.parametrize(
    ("reply", "sent", "asked"),
    [
        (http(200, b'{"id": 7, "status": "Delivered"}'), "sent", "sent"),
        (http(202, b'{"status": "queued"}'), "sent", "sent"),
        (http(200, b'{"status": "accepted"}'), "accepted", "accepted"),
        (http(200, b'{"status": "rejected", "reason": "a\\nb"}'), "refused", "refused"),
        (http(422, b'{"status": "whatever"}'), "refused", "later"),
        (http(400, b"<html>"), "refused", "later"),
        (http(401), "later", "later"),
        (http(403, b"{}"), "later", "later"),
        (http(404, b'{"status": "unknown"}'), "later", "never_seen"),
        (http(404, b"<html>Not found</html>"), "later", "later"),
        (http(302, b"", "Location: http://127.0.0.1:1/"), "later", "later"),
        (http(409), "unknown", "unknown"),
        (http(429, b"", "Retry-After: 120"), "later", "later"),
        (http(500, b'{"status": "sent"}'), "unknown", "unknown"),
        (http(503), "later", "later"),
        (http(200, b""), "unknown", "unknown"),
        (http(200, b"[]"), "unknown", "unknown"),
        (http(200, b'{"status": "new word"}'), "unknown", "unknown"),
        (http(200, b'{"status": ["sent"]}'), "unknown", "unknown"),
        (http(200, b"[" * 50_000), "unknown", "unknown"),
        (http(200, b'{"status": "sent"}' + b" " * 100_000), "unknown", "unknown"),
        (b"HTTP/1.1 200 x\r\nContent-Length: 50\r\n\r\n{", "unknown", "unknown"),
        (b"rubbish\r\n\r\n", "unknown", "unknown"),
        (b"", "unknown", "unknown"),
    ],
)
def test_answer_is_understood_or_leaves_a_doubt(settings, reply, sent, asked):
    with answering(settings, reply):
        assert send("name", b"<Invoice/>").told == sent
    with answering(settings, reply):
        assert ask("name").told == asked


def test_reason_is_text_on_one_line(settings):
    with answering(settings, http(200, b'{"id": "7", "status": "rejected", "reason": "a\\n\\u0000b"}')):
        answer = send("name", b"<Invoice/>")

    assert (answer.told, answer.reason, answer.access_point_id) == (Told.REFUSED, "a b", "7")


def test_wish_to_wait_is_heard(settings):
    with answering(settings, http(503, b"", "Retry-After: 7200")):
        assert send("name", b"<Invoice/>").wait == 7200


def test_certificate_decides_whom_we_talk_to(shelf, certificate, settings, monkeypatch):
    settings.ACCESS_POINT_URL, settings.ACCESS_POINT_KEY = shelf.address("/v1"), KEY
    shelf.answers["/v1/documents/name"] = b'{"status": "sent"}'
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert (ask("name").told, send("name", b"<Invoice/>").told, shelf.asked) == ("later", "later", [])

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    assert ask("name").told == "sent"
    [(_path, headers)] = shelf.asked
    assert headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("url", "is_right"),
    [
        ("https://access.example/v1", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost/x", True),
        ("http://access.example", False),
        ("https://user:word@access.example", False),
        ("ftp://access.example", False),
        ("https://", False),
        ("http://[::1", False),
        ("access.example", False),
    ],
)
def test_address_is_safe(settings, url, is_right):
    settings.ACCESS_POINT_URL, settings.ACCESS_POINT_KEY = url, KEY

    assert (access_point_fault(url) == "", check_access_point(None) == []) == (is_right, is_right)
    if not is_right:
        assert send("name", b"<Invoice/>").told == Told.LATER


def test_key_is_needed(settings):
    settings.ACCESS_POINT_URL, settings.ACCESS_POINT_KEY = "https://access.example", ""

    assert [fault.id for fault in check_access_point(None)] == ["taushet.E003"]
