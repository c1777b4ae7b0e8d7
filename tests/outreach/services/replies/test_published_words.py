"""What an answer was public as stands beside what it is public as now, until the reply is erased."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from outreach.models import PublishedWords
from outreach.services.privacy.forgetting import erase_replies
from outreach.services.replies.sorting import history_of, publish_reply, sort_reply, take_back_reply, verify_sender
from taushet.workdays import OSLO
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration", "clock")]


def test_words_made_public_are_kept_with_who_and_when(client, clock):
    (letter,) = sent_letters()
    (reply,) = receive(client, answer_to(letter))
    sort_reply(reply, kind="answer", letters=[letter.pk], by=UserFactory())
    assert history_of(reply) == []
    reply, kari, per = verify_sender(reply, how="Ringte", by=UserFactory()), UserFactory(), UserFactory()

    for text, by in (("Vi lover en plan.", kari), ("Vi lover en plan.", kari), ("Vi vurderer en plan.", per)):
        publish_reply(reply, text=text, speaker="Kommunen", by=by)
        clock.set(2026, 11, 24, 10)
    reply = take_back_reply(reply, why="Feil navn", by=per)

    (new, pieces), (old, none) = history_of(reply)
    assert [(row.number, row.text, row.published_by) for row in (new, old)] == [
        (2, "Vi vurderer en plan.", per),
        (1, "Vi lover en plan.", kari),
    ]
    assert old.published_at < new.published_at
    assert none == []
    assert [(piece.kind, piece.text) for piece in pieces if piece.kind != "same"] == [
        ("gone", "lover"),
        ("new", "vurderer"),
    ]
    sign_in(client, StaffFactory())
    page = client.get(reply.get_absolute_url()).content.decode()
    assert "lover</del>" in page.replace('<span class="ds-sr-only">]</span>', "")

    with pytest.raises(IntegrityError, match="published_words_stay"), transaction.atomic():
        PublishedWords.objects.update(text="Noe annet")
    with pytest.raises(IntegrityError, match="public_wording_is_never"), transaction.atomic():
        PublishedWords.objects.all().delete()
    assert erase_replies(datetime(2032, 11, 24, tzinfo=OSLO)) == 1
    reply.refresh_from_db()
    assert (reply.published_text, set(PublishedWords.objects.values_list("text", flat=True))) == (new.text, {""})
