"""The words of a mail: shown as text, kept readable, and with the number of a case."""

import pytest

from outreach.models import Letter, Reply
from outreach.services.replies import sorting
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_html_is_shown_as_text_and_old_mail_is_folded(client):
    (letter,) = sent_letters()
    mail = answer_to(letter)
    mail.set_content(
        "<style>p{}</style><p>Vi <b>lover</b> en plan &lt;b&gt;.</p><script>x()</script>"
        "<p>Fra: Taushet tar liv<br>Sendt: mandag<br>Emne: Krav</p>",
        subtype="html",
    )

    (reply,) = receive(client, mail)

    sign_in(client, StaffFactory())
    page = client.get(reply.get_absolute_url()).content.decode()
    assert "Vi lover en plan &lt;b&gt;." in page.replace("\n", " ")
    assert "x()" not in page
    assert page.index("<details>") < page.index("Sendt: mandag")


def test_journal_number_is_found_and_searched_for(client):
    (letter,) = sent_letters()
    numbers = {
        ("SV: Krav", "Vår ref.: 2026/1234"): "2026/1234",
        ("24/01234-5 Svar på krav", "Hei"): "24/01234-5",
        ("Krav", "Saksnr. 26/778"): "26/778",
        ("Krav", "Arkivref: 26/1234"): "26/1234",
        ("Krav", "Saksnummer 202412345"): "202412345",
        ("Krav", "Journalpost 1234/26"): "1234/26",
        ("Krav", "Formannskapet, sak 45/26"): "45/26",
        ("Krav", "Ring 20 24 12 34, sak 2024123"): "",
        ("Krav", "Møtet er 24/12 kl. 10"): "",
        ("Krav", "Hei\n> Vår ref.: 2026/1"): "",
    }

    replies = receive(client, *[answer_to(letter, subject=subject, text=text) for subject, text in numbers])

    assert [reply.journal_number for reply in replies] == list(numbers.values())
    assert list(Reply.objects.search("24/01234-5")) == [replies[1]]


def test_what_no_database_takes_is_kept_readable(client):
    (letter,) = sent_letters()
    raw = answer_to(letter, text="Hei\x00 \u202eevil").as_bytes().replace(b"SV: Krav", b"=?utf-8?q?Kr=00av=ED=A0=80?=")

    (reply,) = receive(client, raw.decode("utf-8", "replace"))

    assert "\x00" not in reply.text + reply.subject
    assert sorting.suggested_kind(reply) == "answer"
    assert Letter.objects.get() == reply.letters.get()
