"""Replies are emptied when their time has come; what was made public and promised stays."""

from datetime import timedelta

import pytest

from outreach.models import Reply
from outreach.services.privacy.forgetting import erase_replies
from outreach.services.replies.answers import answered_by_demand, promised_by_demand
from outreach.services.replies.sorting import publish_reply, sort_reply, verify_sender
from taushet.models import InboundMail, StoredFile
from taushet.services.inbound import forget_inbound
from tests.factories.outreach import place
from tests.factories.replies import answer_to, commitment_with_file, receive, sent_letters
from tests.factories.taushet import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_answers_go_after_five_years_and_others_after_one(client):
    letter, other = sent_letters(place(number="6101"), place(number="6102"))
    mail = answer_to(letter, text="Vi lover en plan. Hilsen Kari")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="kari.pdf")
    answer, absence, unsorted = receive(
        client, mail, answer_to(other, Auto_Submitted="auto-replied"), answer_to(letter)
    )
    answer = sort_reply(answer, kind="answer", letters=[letter.pk, other.pk], by=UserFactory())
    verify_sender(answer, how="Ringte Kari", by=UserFactory())
    publish_reply(answer, text="Vi lover en plan.", speaker="Kommunen", by=UserFactory())
    commitment = commitment_with_file(answer, letter.mailing)
    now, year = answer.received_at, timedelta(days=365)

    assert forget_inbound(now + timedelta(days=91)) == 0  # replies have a time of their own
    assert [erase_replies(now + span) for span in (year - timedelta(days=1), year + timedelta(days=1))] == [0, 1]
    absence.refresh_from_db()
    assert (absence.text, absence.from_email, absence.inbound.raw) == ("", "", None)
    assert erase_replies(now + 5 * year + timedelta(days=2)) == 1

    answer.refresh_from_db()
    kept = (answer.text, answer.from_email, answer.subject, answer.verified_how, answer.published_text)
    assert kept == ("", "", "", "", "Vi lover en plan.")
    assert answer.attachments.count() == 0
    assert list(StoredFile.objects.values_list("name", flat=True)) == ["vedtak.txt"]
    assert InboundMail.objects.exclude(raw=None).get().pk == unsorted.inbound_id
    assert Reply.objects.get(pk=unsorted.pk).text  # nobody has looked at it
    demand = letter.demand_version.demand_id
    assert (answered_by_demand(), promised_by_demand()) == ({demand: 2}, {demand: 1})
    assert commitment.changes.count() == 1
