"""Nobody is asked to write where no letter may go; what can be mended is said instead."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from outreach.exceptions import WrongStatus
from outreach.models import FollowUp, Mailing
from outreach.services.commitments.follow_up_mailings import mail_follow_up
from outreach.services.commitments.follow_ups import open_follow_ups
from outreach.services.offices.offices import end_office
from outreach.services.privacy.objections import object_for
from taushet.models import Suppression
from taushet.registries import today_cards
from taushet.services.delivery import suppress
from taushet.workdays import OSLO
from tests.factories.outreach import place
from tests.factories.replies import sent_letters
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.commitments.conftest import confirmed
from tests.outreach.services.mailings.test_occasions import with_mayor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration", "clock")]
LIST = reverse("outreach:follow_up_list")


def open_at(clock, *day):
    clock.set(*day, 12)
    return open_follow_ups(datetime(*day, 12, tzinfo=OSLO))


def test_nobody_is_asked_to_remind_whom_no_letter_may_go_to(client, clock, django_assert_max_num_queries):
    towns = [with_mayor(number=f"610{number}") for number in range(1, 6)]
    before, after, dead, left, silent = sent_letters(*towns, recipient="mayor")
    (called_off,) = sent_letters(place(number="6106"))
    Mailing.objects.filter(pk=called_off.mailing_id).update(status="cancelled")
    object_for(before.mandate.politician, source="one-click")
    assert open_at(clock, 2026, 12, 22) == 4
    follow_ups = {row.letter: row for row in FollowUp.objects.all()}
    assert set(follow_ups) == {after, dead, left, silent}

    object_for(after.mandate.politician, source="one-click")
    suppress(dead.to_email, Suppression.Cause.BOUNCE)
    end_office(left.mandate, on=date(2026, 12, 1), by=None)
    me = sign_in(client, StaffFactory())

    with django_assert_max_num_queries(30):
        page = client.get(LIST)
    assert [row.letter for row in page.context["page"]] == [silent]
    assert [row.letter for row in page.context["kept"]] == [dead, left]
    assert page.context["objected"] == 1
    assert after.mandate.label not in page.text
    (card,) = (card for card in today_cards if card.key == "follow-ups")
    assert [sentence.split()[0] for sentence, _address in card.items(me)] == ["1"]
    for letter, shows_draft, address in (
        (after, False, None),
        (dead, True, reverse("outreach:mandate_update", args=[dead.mandate_id])),
        (left, True, None),
        (silent, True, None),
    ):
        shown = client.get(follow_ups[letter].get_absolute_url())
        assert (follow_ups[letter].draft.splitlines()[0] in shown.text) == shows_draft
        assert address is None or address in shown.text
        assert (reverse("outreach:follow_up_mail", args=[follow_ups[letter].pk]) in shown.text) == (letter == silent)

    Mailing.objects.filter(pk=silent.mailing_id).update(status="cancelled")
    assert list(client.get(LIST).context["page"]) == []
    with pytest.raises(WrongStatus):
        mail_follow_up(follow_ups[silent], by=me)
    open_at(clock, 2026, 12, 23)
    assert FollowUp.objects.get(letter=silent).outcome == "by_itself"


def test_how_a_promise_goes_is_looked_into_though_its_speaker_wants_no_letters(client, clock, reply):
    commitment = confirmed(reply)
    object_for(commitment.mandate.politician, source="staff", by=UserFactory())
    assert open_at(clock, 2027, 2, 22) == 1
    sign_in(client, StaffFactory())

    (follow_up,) = client.get(LIST).context["page"]

    assert follow_up.why_not
    shown = client.get(follow_up.get_absolute_url())
    assert commitment.get_absolute_url() in shown.text
    assert FollowUp.objects.get().draft.splitlines()[0] not in shown.text
    assert reverse("outreach:follow_up_mail", args=[follow_up.pk]) not in shown.text
    assert [outcome.value for outcome in shown.context["outcomes"]] == ["dropped"]
