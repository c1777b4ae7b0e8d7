"""Mail made to break its reader is read as far as it goes, at once."""

import time
from email import message_from_bytes, policy

import pytest

from outreach.services.replies.mail_reading import header, read_mail
from outreach.services.replies.sender_checks import only_sender
from taushet.services.inbound import store_raw

HEAD = "From: Kari <k@k.example>\nTo: krav@localhost\nSubject: SV: Krav\n"
DEPTH = 200
NESTED = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(DEPTH))
HTML = f"{HEAD}Content-Type: text/html\n\n"
CASES = {
    "parts in parts": (f"{HEAD}{NESTED}Content-Type: text/plain\n\nInnerst.\n", "Innerst."),
    "no body": (HEAD, ""),
    "broken base64": (f"{HEAD}Content-Transfer-Encoding: base64\n\n!!!not base64###=\n", "!!!not base64###="),
    "no such charset": (f"{HEAD}Content-Type: text/plain; charset=klingon\n\nHei\n", "Hei"),
    "two boundaries": (
        f"{HEAD}Content-Type: multipart/mixed; boundary=a; boundary=b\n\n--a\n\nEn\n--a--\n--b\n\nTo\n--b--\n",
        "En",
    ),
    "one line": (f"{HEAD}\n{'a' * 10_000_000}", "a" * 100_000),
    "comments": (HTML + "<!--" * 50_000, ""),
    "tags": (f"{HTML}Hei{'<a ' * 50_000}", "Hei"),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_mail_is_read_as_far_as_it_goes(case):
    raw, text = CASES[case]
    started = time.perf_counter()

    read = read_mail(message_from_bytes(raw.encode(), policy=policy.default)).text

    assert read == text if case != "tags" else read.startswith(text)
    assert time.perf_counter() - started < 5


@pytest.mark.django_db
def test_long_heads_and_deep_parts_are_stored_at_once():
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(2_000))
    heads = {
        "From": "a." * 300_000 + "@b.example",
        "Subject": "=?utf-8?q?a?= " * 100_000,
        "To": "a@b.example, " * 100_000,
    }
    long = "".join(f"{name}: {value}\n" for name, value in heads.items()) + "\nHei"
    started = time.perf_counter()

    stored = [store_raw(raw.encode(), len(raw), "imap") for raw in (f"{HEAD}{deep}", long)]

    assert stored[0].from_email == "k@k.example"
    assert stored[1] is not None
    mail = message_from_bytes(long.encode(), policy=policy.default)
    assert len(header(mail, "Subject")) < 10_000
    assert only_sender(mail) == ("", "")
    assert time.perf_counter() - started < 10
