"""A demonstration shows every page at any hour: one mailing has run its course before anybody comes."""

import re

import pytest
from django.urls import reverse

from outreach.demonstration import mailings, replies
from outreach.models import Letter, Reply
from taushet.demonstration import load_people
from taushet.models import User
from taushet.services.sending import send_all_due
from tests.factories.outreach import demand_version, place
from tests.factories.taushet import sign_in
from tests.outreach.services.mailings.test_approvals import approved


@pytest.mark.django_db
def test_at_night_a_mailing_has_been_sent_and_answered_and_the_others_say_when_they_go(
    clock, client, settings, demonstration
):
    version = demand_version(1)
    for number in mailings.PLACES:
        place(number=number)
    load_people(print)
    me = User.objects.get(email="campaign@demo.example")
    clock.set(2026, 11, 28, 3)  # the night to a Saturday
    settings.DEMO = False
    mailings.load(print)
    assert not Letter.objects.exists()
    settings.DEMO = True

    for _twice in range(2):
        mailings.load(print)
        replies.load(print)
    waiting = approved(place(), version=version)
    send_all_due()

    assert Letter.objects.exclude(mailing=waiting).counts() == {"stayed": 4}
    linked = Reply.objects.exclude(letters=None)
    assert sorted(linked.values_list("kind", "letters__municipality")) == [("answer", "0301"), ("unsorted", "3238")]
    sign_in(client, me)
    client.cookies["sprak"] = "en"
    page = client.get(reverse("outreach:mailing_sending", args=[waiting.pk])).text
    assert re.search(r"They go [^.]*30[^.]*8", page), page[page.index("progress") :][:900]
    sent = Letter.objects.exclude(mailing=waiting).first().mailing
    assert reverse("outreach:mailing_sending", args=[sent.pk]) in page
