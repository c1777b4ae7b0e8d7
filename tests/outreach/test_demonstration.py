"""A demonstration shows every page at any hour: some mailings have been sent and answered before anybody comes."""

import re

import pytest
from django.urls import reverse

from outreach.demonstration import mailings, replies
from outreach.models import Commitment, Letter, OfficeTask, Reply, ReplyAttachment
from outreach.services.replies.sorting import suggested_kind, suggested_letters
from outreach.services.replies.standing import seen_of
from taushet.demonstration import load_people
from taushet.models import User
from taushet.services.sending import send_all_due
from tests.factories.outreach import demand_version, place
from tests.factories.taushet import sign_in
from tests.outreach.services.mailings.test_approvals import approved
from tests.outreach.services.mailings.test_occasions import with_mayor

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(clock, settings, demonstration):
    """What is there before mailings and replies are loaded, in the night to a Saturday."""
    version = demand_version(1)
    for number in mailings.PLACES:
        place(number=number)
    for number in mailings.MAYORS:
        with_mayor(number=number)
    load_people(print)
    clock.set(2026, 11, 28, 3)
    settings.AUTHSERV_IDS = frozenset({"mottak.demo.example"})
    return version


def load_twice():
    for _twice in range(2):
        mailings.load(print)
        replies.load(print)


def test_at_night_mailings_have_been_sent_and_the_others_say_when_they_go(version, client, settings):
    settings.DEMO = False
    mailings.load(print)
    assert not Letter.objects.exists()
    settings.DEMO = True

    load_twice()
    waiting = approved(place(), version=version)
    send_all_due()

    assert Letter.objects.exclude(mailing=waiting).counts() == {"stayed": 8}
    sign_in(client, User.objects.get(email="campaign@demo.example"))
    client.cookies["sprak"] = "en"
    page = client.get(reverse("outreach:mailing_sending", args=[waiting.pk])).text
    assert re.search(r"They go [^.]*30[^.]*8", page), page[page.index("progress") :][:900]
    sent = Letter.objects.exclude(mailing=waiting).values_list("mailing", flat=True)
    assert any(reverse("outreach:mailing_sending", args=[pk]) in page for pk in sent)


def test_its_replies_can_be_sorted_published_and_held_to_at_once(version, client):
    load_twice()

    found = Reply.objects.order_by("pk").values_list("kind", "letters__municipality", "verified_at")
    assert [(kind, where, since is None) for kind, where, since in found] == [
        ("answer", "0301", False),
        ("unsorted", "3238", False),
        ("automatic", "4644", False),
        ("unsorted", "5501", False),
        ("unsorted", None, True),
        ("unsorted", "4601", False),
        ("unsorted", "5001", False),
        ("quarantine", "4204", True),
        ("unsorted", None, True),
    ]
    files = ReplyAttachment.objects.order_by("pk").values_list("name", "left_out", "file__content_type")
    assert list(files) == [("Saksframlegg.pdf", "", "application/pdf"), ("Utkast til plan.docm", "kind", None)]
    assert OfficeTask.objects.get().mandate.body.municipality_id == "5001"
    waiting = list(Reply.objects.to_sort())
    assert [suggested_kind(reply) for reply in waiting] == ["answer", "receipt", "answer", "answer", "answer", "answer"]
    assert [letter.municipality_id for letter in suggested_letters(waiting[2])] == ["4644"]
    assert suggested_letters(waiting[-1]) == []

    sign_in(client, User.objects.get(email="campaign@demo.example"))
    for reply in waiting[:-1]:
        letters = [one.pk for one in reply.letters.all() or suggested_letters(reply)]
        data = {"kind": "answer", "letters": letters, "how": "Ringte", "seen": seen_of(reply)}
        client.post(reverse("outreach:reply_sort_save", args=[reply.pk]), data)
    assert list(Reply.objects.to_sort()) == waiting[-1:]
    for reply in Reply.objects.answers():
        publish = reverse("outreach:reply_publish", args=[reply.pk])
        form = client.get(publish).context["form"]
        client.post(publish, {**form.initial, "is_checked": "on"})
    assert Reply.objects.published().count() == 6
    with_files = [place for place in mailings.PLACES if "Det fulgte vedlegg" in client.get(f"/kommuner/{place}/").text]
    assert with_files == ["3238"]
    answer = Reply.objects.get(letters__municipality="0301")
    add = reverse("outreach:commitment_create", args=[answer.pk])
    form = client.get(add).context["form"]
    chosen = {name: form.fields[name].queryset.first().pk for name in ("mandate", "demand", "municipality")}
    client.post(add, chosen | {"quote": "Bystyret skal vedta en ny plan innen 1. mai 2027", "due_on": "2027-05-01"})
    assert Commitment.objects.get().reply == answer
