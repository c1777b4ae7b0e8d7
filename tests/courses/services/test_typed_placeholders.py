"""What people type ends up in mail; typed like one of our placeholders it must open nobody's page."""

import pytest

from courses.services import messages
from courses.services.participants import Person, name_participants
from taushet.models import Message
from taushet.services.links import issue_link
from taushet.services.mime import build_email
from tests.factories.courses import BookingFactory

pytestmark = pytest.mark.django_db


def leaving(message):
    """The e-mail of a message as one text, with the lines of its parts put together again."""
    email = build_email(message, first_tried_at=message.created_at).message()
    parts = [part.get_payload(decode=True).decode() for part in email.walk() if not part.is_multipart()]
    return "\n".join(parts).replace("\r\n ", "")


def test_name_typed_like_a_placeholder_opens_nothing():
    victim, own = BookingFactory(), BookingFactory()
    token = issue_link("booking", victim.pk)

    name_participants(own, [Person(f"[[link:booking:{victim.pk}]]", "per@test.example")], request_key="names")

    text = leaving(Message.objects.get(kind=messages.WELCOME))
    assert token not in text
    assert f"[ [link:booking:{victim.pk}]]" in text


def test_own_links_are_still_put_in():
    own = BookingFactory(contact_name="[[link:signup:1]]")

    messages.tell_confirmed(own)

    message = Message.objects.get(kind=messages.CONFIRMED)
    assert message.text.startswith("Hei, [ [link:signup:1]]!")
    text = leaving(message)
    assert issue_link("booking", own.pk) in text
    assert issue_link("signup", own.pk) in text
