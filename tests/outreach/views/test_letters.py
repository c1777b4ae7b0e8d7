import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from outreach.models import Mailing
from outreach.services.offices.offices import current_mandate
from taushet.models import Message, Suppression
from taushet.roles import APPROVER
from taushet.services.sending import send_all_due
from tests.factories.outreach import demand_version, mailing, place, places_of
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def links_to_mend(response):
    """Why letters are held, with the address where it is mended."""
    found = re.findall(r"<li>(.+?)</li>", response.text.partition('class="held-reasons"')[2].partition("</ul>")[0])
    return [(item.partition("<a")[0].strip(), *re.findall(r'href="([^"]+)"', item)) for item in found]


def lacks_a_fact():
    return mailing(place(number="6101", plan=None))


def has_an_old_fact():
    asker = place(number="6101")
    asker.facts.update(observed_on=date(2020, 1, 1))
    return mailing(asker)


def has_no_mailbox():
    return mailing(place(number="6101", address=False))


def has_no_mayor():
    return mailing(place(number="6101"), recipient="mayor")


def leans_on_a_repealed_law():
    return mailing(place(number="6101"), version=demand_version(valid_to=date(2026, 1, 1)))


def takes_no_mail():
    asker = place(number="6101")
    Suppression.objects.create(email="post@k6101.example", cause=Suppression.Cause.BOUNCE)
    return mailing(asker)


@pytest.mark.parametrize(
    ("held", "sentence", "url"),
    [
        (lacks_a_fact, "Unknown: Action plan.", "/stab/kommuner/6101/opplysning/action-plan/"),
        (
            has_an_old_fact,
            "Too old: Action plan, last seen 1. January 2020.",
            "/stab/kommuner/6101/opplysning/action-plan/",
        ),
        (has_no_mailbox, "No address: the central mail-box.", "/stab/utsendinger/mottakere/6101/postmottak/"),
        (has_no_mayor, "No address: the mayor.", "/stab/utsendinger/mottakere/6101/ordforer/"),
        (
            leans_on_a_repealed_law,
            "No longer in force on the day it leaves: Loven § 1.",
            "/stab/utsendinger/krav/krav-1/",
        ),
        (
            takes_no_mail,
            "The address gets no mail from us: post@k6101.example.",
            "/stab/utsendinger/mottakere/6101/postmottak/",
        ),
    ],
)
def test_a_held_letter_says_why_and_where_it_is_mended(client, author, held, sentence, url):
    draft = held()

    for page in (draft, draft.letters.get()):
        assert links_to_mend(client.get(page.get_absolute_url())) == [(sentence, url)]
    assert client.get(url).status_code == 200


def test_whoever_cannot_mend_it_gets_no_link(client, clock, english):
    sign_in(client, StaffFactory(roles=[APPROVER]))

    assert links_to_mend(client.get(lacks_a_fact().get_absolute_url())) == [("Unknown: Action plan.",)]


def test_a_letter_that_went_before_has_nothing_to_mend(client, author):
    asker, version = place(), demand_version()
    approved(asker, version=version)

    page = client.get(mailing(asker, version=version).get_absolute_url())

    assert links_to_mend(page) == [("The office or its address has had this demand before.",)]


def test_a_letter_is_shown_as_it_will_be_read(client, author):
    letter = mailing(place(name="Alver", language_form="nn")).letters.get()

    page = client.get(letter.get_absolute_url())

    assert '<article class="letter-paper" lang="nn">' in page.text
    assert "Til ordføraren i Alver kommune" in page.text
    assert [(fact["indicator"].key, fact["shown"], fact["source"]) for fact in page.context["facts"]] == [
        ("action-plan", "No", "Opplyst av kommunen"),
        ("courses-held", "0", ""),
    ]


def test_a_test_copy_goes_to_oneself_only(client, author, said):
    letter = mailing(place()).letters.get()

    response = client.post(reverse("outreach:letter_test", args=[letter.mailing_id, letter.pk]), follow=True)

    assert said(response) == ["A test copy is on its way to siri@kss.example."]
    assert list(Message.objects.values_list("kind", "to_email")) == [("letter-test", "siri@kss.example")]
    assert Mailing.objects.get().status == "draft"


def test_a_held_letter_has_no_test_copy(client, author, said):
    letter = lacks_a_fact().letters.get()

    response = client.post(reverse("outreach:letter_test", args=[letter.mailing_id, letter.pk]), follow=True)

    assert said(response) == ["The letter is held, so there is no text to test."]
    assert Message.objects.count() == 0


def test_a_letter_stopped_in_the_outbox_says_why(client, author, clock):
    sent = approved()
    mandate = current_mandate(places_of(sent).get(), "mailbox")
    mandate.email = "ny@a.example"
    mandate.save()
    clock.now += timedelta(minutes=1)
    send_all_due()

    page = client.get(sent.letters.get().get_absolute_url())

    assert "Stopped on the way out" in page.text
    assert "The office has another address now." in page.text
