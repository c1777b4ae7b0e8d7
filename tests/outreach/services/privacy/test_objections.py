"""An objection is about a person: not about who holds the office next, shares its address or reads the post."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from outreach.models import Letter, Mandate, Objection
from outreach.services.mailings.audiences import Audience, look
from outreach.services.mailings.mailings import submit_mailing
from outreach.services.offices.offices import end_office, set_mailbox
from outreach.services.privacy.objections import OBJECTED, object_for, withdraw_objection
from outreach.services.privacy.own_addresses import is_own, is_post_room_name
from taushet.models import DeliveryEvent, Message, Suppression
from taushet.services.delivery import handle_event, suppress
from taushet.services.outbox import release_message
from taushet.services.sending import send_all_due
from tests.factories.outreach import mailing, place, staff
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approved
from tests.outreach.services.mailings.test_occasions import mayor, sent_to, to_mayors, with_mayor

pytestmark = [pytest.mark.django_db]
VALUES = {"source": "nettsiden", "checked_on": date(2026, 11, 1), "by": None}


def why(municipality):
    """Why the mayor of a municipality gets no letter, empty when one would go."""
    audience = Audience(roles=("mayor",), municipalities=(municipality.number,))
    return [row.why for row in look(audience, day=timezone.localdate()).candidates]


def test_the_successor_at_the_address_of_the_office_gets_letters(clock):
    municipality = place()
    first = mayor(municipality, "Kari", "ordforer@k.example")
    object_for(first.politician, source="staff", by=staff())
    assert (why(municipality), Suppression.objects.count()) == (["objected"], 0)

    end_office(first, on=timezone.localdate(), by=None)
    mayor(municipality, "Ola", "ordforer@k.example")
    assert why(municipality) == [""]

    own = mayor(place(), "Per", "per.nordmann@k.example")
    object_for(own.politician, source="staff", by=staff())
    assert Suppression.objects.get().email == "per.nordmann@k.example"


def test_a_post_room_is_known_by_its_name_and_is_never_closed_for_letters(clock, mailbox):
    names = ("postmottak", "post", "oslo-post", "Post.bygg", "e-post", "firmapost", "servicetorg.sentrum")
    assert [is_post_room_name(f"{name}@k.example") for name in names] == [name != "oslo-post" for name in names]
    assert not is_post_room_name("kari.postad@k.example")

    municipality = with_mayor("Kari", "postmottak@k.example")
    letter = to_mayors(municipality).letters.get()
    assert letter.message.headers == {}
    Suppression.objects.create(email="postmottak@k.example", purpose="outreach", cause="wish")
    assert not is_own(letter.mandate.politician, "postmottak@k.example")
    set_mailbox(municipality, email="postmottak@k.example", **VALUES)
    assert not Suppression.objects.exists()


def test_what_waits_is_held_at_once_and_stays_so_until_a_person_lets_it_go(client, clock, mailbox):
    sent = to_mayors(with_mayor("Kari"), with_mayor("Ola"))
    kari = sent.letters.get(to_name__startswith="Kari").mandate.politician
    objection = object_for(kari, source="one-click")
    assert object_for(kari, source="staff", by=staff(), note="Igjen") == objection
    held = Letter.objects.get(mandate__politician=kari)
    assert (held.status, held.is_objected, held.message.state_reason) == ("stopped", True, OBJECTED)

    release_message(held.message, by=staff())
    send_all_due()
    assert Message.objects.get(pk=held.message_id).state_reason == OBJECTED
    withdraw_objection(objection, by=staff(), why="Ringte")
    assert Objection.objects.get().withdrawn_why == "Ringte"
    sign_in(client, StaffFactory())
    assert (
        "og trakk det tilbake" in client.get(reverse("outreach:politician_detail", args=[objection.politician_id])).text
    )
    release_message(Message.objects.get(pk=held.message_id), by=staff())
    send_all_due()
    assert sorted(address.partition("@")[0] for address in sent_to(mailbox)) == ["kari", "ola"]


def test_the_page_of_a_mailing_says_at_once_who_wants_none_and_counts_the_others(clock, client):
    draft = mailing(with_mayor("Kari"), with_mayor("Ola"), recipient="mayor", author=UserFactory())
    waits = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    sign_in(client, StaffFactory(roles=["approver"]))

    def words():
        text = client.get(waits.get_absolute_url()).text
        return "Godkjenn og send 1 brev" in text, text.count("Vil ikke ha brev"), "ingenting å godkjenne" in text

    seen = [words()]
    for letter in waits.letters.order_by("to_name"):
        object_for(letter.mandate.politician, source="one-click")
        seen.append(words())

    assert seen == [(False, 0, False), (True, 1, False), (False, 2, True)]


def test_a_report_that_a_letter_was_unwanted_is_an_objection_of_the_person_and_no_post_rooms(clock, mailbox):
    sent = to_mayors(with_mayor("Kari", "ordforer@k.example"))
    post = approved(place())
    send_all_due()
    for message in Message.objects.filter(kind="letter"):
        report = DeliveryEvent.objects.create(
            provider="p", event_id=str(message.pk), kind="complained", our_id=message.message_id
        )
        handle_event(report.pk)

    assert Objection.objects.get().politician == sent.letters.get().mandate.politician
    assert Objection.objects.get().source == "provider"
    assert (Suppression.objects.count(), post.letters.get().mandate.politician) == (0, None)


def test_an_address_is_the_same_in_both_spellings_of_its_domain(clock, mailbox):
    municipality = with_mayor("Kari", "kari@xn--brum-voa.example")
    sent = to_mayors(municipality)
    suppress("Kari@Bærum.example", "bounce")
    assert why(municipality) == ["suppressed"]
    send_all_due()
    assert (sent.letters.counts(), sent_to(mailbox)) == ({"stopped": 1}, [])

    Mandate.objects.update(email="kari@bærum.example")
    assert why(municipality) == ["suppressed"]
