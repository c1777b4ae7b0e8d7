"""What everybody may read of answers and promises: on the pages, and as tables."""

import csv
import io
from datetime import datetime

import pytest
from django.utils import timezone

from outreach.models import Commitment, Reply
from outreach.services.replies.sorting import publish_reply, sort_reply
from taushet.workdays import OSLO
from tests.factories.outreach import place
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration", "clock")]


@pytest.fixture
def answering(client):
    """A municipality that has answered and promised; others that are away, unknown and silent."""
    places = [place(number=f"610{n}", name=name) for n, name in enumerate(("Nordvik", "Sørdal", "Vestby", "Austad"), 1)]
    nordvik, away, unknown, _silent = sent_letters(*places)
    text = "=1+1 Vi lover en plan.\n\nHilsen Kari Privat"
    mails = [answer_to(nordvik, text=text), answer_to(away, Auto_Submitted="auto-replied"), answer_to(unknown)]
    reply, _absence, other = receive(client, *mails)
    me = UserFactory()
    sort_reply(reply, kind="answer", letters=[nordvik.pk], how="Ringte", by=me)
    sort_reply(other, kind="answer", letters=[unknown.pk], by=me)
    Reply.objects.filter(pk=reply.pk).update(received_at=datetime(2026, 11, 26, 12, tzinfo=OSLO))
    publish_reply(Reply.objects.get(pk=reply.pk), text="=1+1 Vi lover en plan.", speaker="Nordvik kommune", by=me)
    promise = {
        "reply": reply,
        "mandate": nordvik.mandate,
        "said_on": timezone.localdate(),
        "demand": nordvik.demand_version.demand,
        "municipality": places[0],
        "entered_by": me,
    }
    Commitment.objects.create(
        **promise,
        quote="Vi lover en plan.",
        speaker="Ordføreren",
        confirmed_by=UserFactory(),
        confirmed_at=timezone.now(),
    )
    Commitment.objects.create(**promise, quote="Ikke bekreftet", speaker="Noen")
    return nordvik


def test_tables_hold_what_is_public_and_no_cell_computes(client, answering):
    page = client.get("/apne-data/").content.decode()
    answer, promise = (client.get(f"/apne-data/{key}.json").json() for key in ("svar", "lofter"))
    table = b"".join(client.get("/apne-data/svar.csv").streaming_content).decode("utf-8-sig")

    assert "creativecommons.org/licenses/by/4.0" in page
    assert answer["licence"] == "CC BY 4.0"
    (row,) = answer["rows"]
    assert (row["kommunenummer"], row["kommune"], row["krav"], row["type"]) == ("6101", "Nordvik", 1, "answer")
    assert (row["tekst"], row["svarer"]) == ("=1+1 Vi lover en plan.", "Nordvik kommune")
    assert set(row) == {column["name"] for column in answer["columns"]}
    assert "Privat" not in str(answer) + str(promise) + table
    assert [(row["sitat"], row["lover"], row["status"]) for row in promise["rows"]] == [
        ("Vi lover en plan.", "Ordføreren", "promised")
    ]
    (line,) = csv.DictReader(io.StringIO(table), delimiter=";")
    assert line["tekst"] == "'=1+1 Vi lover en plan."
    assert line["dato"] == "2026-11-26"
    assert client.get("/apne-data/noe.csv").status_code == 404


def test_pages_say_truly_who_has_answered_and_who_has_not_for_how_long(client, answering, clock):
    clock.set(2026, 12, 3, 10)

    asked = client.get(answering.demand_version.demand.get_absolute_url()).context["received"]

    states = {row.municipality.name: row.days if row.answered_at is None else "answered" for row in asked}
    assert states == {"Nordvik": "answered", "Sørdal": 10, "Vestby": 10, "Austad": 10}
    towns = "/kommuner/6102/", answering.demand_version.demand.get_absolute_url()
    said = ["asked to answer by 21 December 2026", "no answer after 29 days"]
    for day, words in zip((21, 22), said, strict=True):
        clock.set(2026, 12, day, 10)
        for address in towns:
            page = client.get(address).content.decode().replace("\xa0", " ")
            assert [one in page for one in said] == [one == words for one in said]
    # Nobody has sorted it, and it is linked to nothing; of another town an answer waits for its sender to be confirmed.
    receive(client, answer_to(sender="arkiv@k6102.example"))
    for address, number in zip(towns, (0, 1), strict=True):
        page = client.get(address).text.replace("\xa0", " ")
        assert ("may be an answer has come" in page, page.count(said[1])) == (True, number)
    assert "answered 26 November 2026" in client.get("/kommuner/6101/").content.decode().replace("\xa0", " ")
