import pytest

from taushet.models import Message
from taushet.seals import unseal
from taushet.services.outbox import MessageRefused
from tests.factories.outbox import write


def test_message_waits_with_an_identity_on_the_neutral_host(db, settings):
    settings.NEUTRAL_URL = "https://kalender.example"

    message = write()

    assert message.state == Message.State.QUEUED
    assert message.message_id.endswith("@kalender.example>")
    assert message.from_email == f"Kurspåmelding <{settings.MAIL_FROM}>"


def test_sealed_text_is_not_readable_in_the_database(db):
    message = write(kind="test-sealed", text="Koden er 123456.")

    message.refresh_from_db()
    assert (message.text, message.html) == ("", "")
    assert unseal(message.sealed_text) == "Koden er 123456."


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "nobody"},
        {"subject": "Hei\nBcc: x@y.example"},
        {"to_name": "Kari\r\nBcc: x@y.example"},
        {"headers": {"List-Unsubscribe": "<x>\n"}},
        {"headers": {"Bcc": "x@y.example"}},
        {"to_email": "ikke en adresse"},
        {"to_email": "kari@kommune.example\nx@y.example"},
        {"reply_to": "a@b.example, c@d.example"},
    ],
)
def test_unsafe_message_is_refused(db, change):
    with pytest.raises(MessageRefused):
        write(**change)

    assert not Message.objects.exists()
