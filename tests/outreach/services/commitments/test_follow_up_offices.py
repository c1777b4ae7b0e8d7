"""Nobody is asked to write where no letter may go; what can be mended is said instead."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from outreach.exceptions import WrongStatus
from outreach.models import FollowUp, Mailing, OfficeTask
from outreach.services.commitments.follow_up_mailings import mail_follow_up
from outreach.services.commitments.follow_ups import close_what_is_answered, open_follow_ups
from outreach.services.mailings.audiences import Audience
from outreach.services.mailings.mailings import submit_mailing
from outreach.services.offices.offices import end_office
from outreach.services.privacy.objections import object_for
from taushet.models import Suppression
from taushet.registries import today_cards
from taushet.services.delivery import suppress
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.outreach import place
from tests.factories.replies import sent_letters
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.commitments.conftest import confirmed
from tests.outreach.services.mailings.test_approvals import approve
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
    assert [row.letter for group in page.context["kept"] for row in group.rows] == [dead, left]
    assert "1 arbeidsdag over fristen" in page.text
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
    assert 'value="dropped"' in shown.text
    assert 'value="called"' not in shown.text


def test_several_of_one_place_are_written_to_or_settled_at_once(client, clock, mailbox, django_assert_max_num_queries):
    both = Audience(roles=("mailbox", "mayor"), municipalities=("6101", "6102"))
    towns = [with_mayor(number=f"610{n}", name="Kari", email=f"kari@m{n}.example") for n in (1, 2)]
    letters = sent_letters(*towns, audience=both)[0].mailing.letters.order_by("municipality", "mandate__role")
    post, mayor, _other_post, in_doubt = letters
    assert open_at(clock, 2026, 12, 22) == 4
    of = {row.letter: row for row in FollowUp.objects.all()}
    task = OfficeTask.objects.create(mandate=in_doubt.mandate, reason="bounce")
    me = sign_in(client, StaffFactory())

    with django_assert_max_num_queries(35):
        page = client.get(LIST)
    assert [len(group.rows) for group in page.context["groups"]] == [2, 1]
    assert [row for group in page.context["kept"] for row in group.rows] == [of[in_doubt]]
    shown = client.get(of[in_doubt].get_absolute_url()).text
    assert task.get_absolute_url() in shown
    assert reverse("outreach:follow_up_mail", args=[of[in_doubt].pk]) not in shown
    with pytest.raises(WrongStatus):
        mail_follow_up(of[in_doubt], by=me)
    for asked, found in (
        ({"q": towns[1].name}, 1),
        ({"mailing": post.mailing_id}, 3),
        ({"mailing": post.mailing_id, "county": towns[0].county_id}, 2),
        ({"rule": "overdue"}, 0),
        ({"state": "settled"}, 0),
    ):
        assert client.get(LIST, asked).context["page"].paginator.count == found

    several = {"chosen": [of[post].pk, of[mayor].pk]}
    asked = client.get(reverse("outreach:follow_up_several"), several)
    assert list(asked.context["writable"]) == [of[post], of[mayor]]
    write = reverse("outreach:follow_up_several_mail")
    apart = client.post(write, {"chosen": [row.pk for row in of.values()]})
    assert (apart.url, Mailing.objects.count()) == (LIST, 1)
    pages = [client.post(write, several).url for _press in range(2)]
    made = Mailing.objects.latest("pk")
    assert pages == [made.get_absolute_url()] * 2
    assert {
        letter.mandate: letter.text.startswith(of[first].draft)
        for first in (post, mayor)
        for letter in made.letters.filter(mandate=first.mandate)
    } == {post.mandate: True, mayor.mandate: True}
    assert made.letters.filter(status="ready", edited_at=None).count() == made.letters.count() == 2
    approve(submit_mailing(made, by=me, seen_hash=made.content_hash))
    suppress(post.to_email, Suppression.Cause.BOUNCE)
    send_all_due()
    close_what_is_answered()
    assert {row.letter for row in FollowUp.objects.settled()} == {mayor}  # nobody has written to the other yet
    assert FollowUp.objects.get(letter=post).mailing == made
    made.letters.filter(mandate=post.mandate).update(status="held", message=None)
    close_what_is_answered()
    assert FollowUp.objects.get(letter=post).mailing is None  # may be written to again

    settle = reverse("outreach:follow_up_several")
    rest = {"chosen": [row.pk for row in FollowUp.objects.waiting()]}
    assert 'aria-invalid="true"' in client.post(settle, rest | {"outcome": "posted"}).text
    client.post(settle, rest | {"outcome": "posted", "note": "Fikk brev."})
    assert {row.note for row in FollowUp.objects.all()} == {"", "Fikk brev."}
    assert client.get(LIST, {"state": "settled"}).text.count("Fikk brev.") == 3
