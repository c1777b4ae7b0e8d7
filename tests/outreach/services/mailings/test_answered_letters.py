"""Whoever has answered one letter about a demand is asked no more about it, and who leaves later is still there."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from municipalities.models import County
from outreach.forms.audiences import audience_initial, silence_asked, silence_choices
from outreach.models import Body, FollowUp, Letter, Mailing, Mandate, Reply
from outreach.services.commitments.follow_up_mailings import mail_follow_up
from outreach.services.commitments.follow_ups import open_follow_ups
from outreach.services.commitments.following import follow_mailing
from outreach.services.mailings.audience_answers import Silence
from outreach.services.mailings.audience_words import describe
from outreach.services.mailings.audiences import COUNTY, LOCAL, NATIONAL, Audience, look, offices
from outreach.services.mailings.mailings import Plan, create_mailing, submit_mailing
from outreach.services.mailings.occasions import answered, follows_its_first, only_for, unsorted_of
from outreach.services.offices.office_holders import NewOffice, add_office
from outreach.services.offices.offices import current_mandate, end_office, set_mailbox, set_mayor
from outreach.services.replies.answers import demands_put_to, is_answered, may_be_answered, places_asked
from outreach.services.replies.sorting import sort_reply
from outreach.services.sending.sending import ANSWER_WAITS
from taushet.services.sending import send_all_due
from taushet.workdays import OSLO
from tests.factories.outreach import MandateFactory, demand_version, place, staff
from tests.factories.replies import OURS, answer_to, receive, sent_letters
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_approvals import approve, approved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration", "clock")]
ADDRESS = {"email_source": "nett", "email_checked_on": date(2026, 11, 1)}


def at(*day):
    return datetime(*day, 12, tzinfo=OSLO)


def leave(draft):
    waits = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    approve(waits)
    send_all_due()
    return waits


@pytest.fixture(autouse=True)
def told_alike():
    """Whatever a test has made of answers: of a whole mailing they are told as they are of each letter."""
    yield
    for mailing in Mailing.objects.all():
        letters = Letter.objects.filter(mailing=mailing).exclude(mandate=None).order_by()
        waits = letters.filter(may_be_answered()).exclude(is_answered()).values_list("mandate", flat=True)
        assert answered(mailing) == set(letters.filter(is_answered()).values_list("mandate", flat=True))
        assert unsorted_of(mailing) == set(waits)


@pytest.mark.parametrize("occasion", ["reminder", "erratum"])
def test_an_answer_to_what_followed_a_letter_answers_the_letter(client, clock, occasion):
    silent, answers = sent_letters(place(number="6101"), place(number="6102"))
    assert open_follow_ups(at(2026, 12, 22)) == 2
    clock.set(2027, 1, 4, 10)
    faults = {"nb": "Vi skrev feil årstall.", "nn": "Vi skreiv feil årstal."}
    following = leave(follow_mailing(silent.mailing, occasion=occasion, by=staff("add_mailing"), faults=faults))
    assert open_follow_ups(at(2027, 3, 1)) == 0  # an unanswered reminder is no second task
    clock.set(2027, 3, 2, 10)
    waits = follow_mailing(following, occasion="reminder", by=staff("add_mailing"))
    assert waits.letters.filter(status="ready").count() == (0 if occasion == "reminder" else 2)

    (reply,) = receive(client, answer_to(following.letters.get(mandate=answers.mandate)))
    letters = list(reply.letters.values_list("pk", flat=True))
    sort_reply(reply, kind="answer", letters=letters, how="Ringte", by=UserFactory())

    assert answered(silent.mailing) == answered(following) == {answers.mandate_id}
    assert only_for(waits) == {silent.mandate_id}
    for mailing in (silent.mailing, following):  # who has answered what followed a mailing has answered the mailing
        audience = Audience(everywhere=True, unanswered_mailing=mailing.pk)
        assert [office.pk for office in offices(audience, date(2027, 3, 3))] == [silent.mandate_id]
    for letter in waits.letters.exclude(mandate=None):
        assert follows_its_first(letter) == (letter.mandate_id == silent.mandate_id)
    open_follow_ups(at(2027, 3, 3))
    assert [row.letter for row in FollowUp.objects.waiting()] == [silent]
    assert Mailing.objects.count() == 3


@pytest.mark.parametrize("sorted_as", ["unrelated", "answer"])
def test_a_reminder_waits_while_what_may_be_an_answer_is_not_sorted(client, clock, sorted_as):
    (letter, _other, away) = sent_letters(*(place(number=f"610{n}") for n in (1, 2, 3)))
    clock.set(2027, 1, 4, 10)
    reminder = follow_mailing(letter.mailing, occasion="reminder", by=staff("add_mailing"))
    reminder = submit_mailing(reminder, by=reminder.author, seen_hash=reminder.content_hash)
    approve(reminder)
    absence = {"Auto_Submitted": "auto-replied", "subject": "Automatisk svar"}
    reply, _absence = receive(client, answer_to(letter), answer_to(away, **absence))

    send_all_due()
    waits = reminder.letters.get(status="queued")
    assert (waits.mandate, waits.message.state_reason) == (letter.mandate, ANSWER_WAITS)
    assert reminder.letters.counts() == {"queued": 1, "stayed": 2}
    assert unsorted_of(letter.mailing) == {letter.mandate_id}
    unsure = sort_reply(reply, kind="answer", letters=[letter.pk], by=UserFactory())
    clock.set(2027, 1, 4, 10, 31)
    send_all_due()
    assert reminder.letters.get(status="queued") == waits  # nobody has confirmed who it is from
    sort_reply(unsure or reply, kind=sorted_as, letters=[letter.pk], how="Ringte", by=UserFactory())
    clock.set(2027, 1, 4, 11, 5)
    send_all_due()

    waits.refresh_from_db()
    assert waits.status == {"unrelated": "stayed", "answer": "stopped"}[sorted_as]


def test_a_reminder_waits_for_each_office_that_may_have_answered(client, clock, settings):
    settings.AUTHSERV_IDS = [OURS]
    first, beside, unlinked, silent = sent_letters(*(place(number=f"610{n}") for n in (1, 2, 3, 4)))
    domain = unlinked.to_email.partition("@")[2]
    one_for_two = answer_to(first, beside, sender=first.to_email, dmarc="pass")
    one_for_two.replace_header(
        "Authentication-Results", f"{OURS}; dmarc=pass header.from={first.to_email.partition('@')[2]}"
    )
    stranger = answer_to(sender="noen@annet.example", subject="Noe helt annet")
    archive = answer_to(sender=f"arkiv@{domain}", subject="Noe annet")
    reply, *_others = receive(client, one_for_two, stranger, archive)
    sort_reply(reply, kind="answer", letters=[first.pk, beside.pk], by=UserFactory())

    assert answered(first.mailing) == {first.mandate_id}  # whose address our receiver has proven
    assert unsorted_of(first.mailing) == {beside.mandate_id, unlinked.mandate_id}
    clock.set(2027, 2, 1, 10)
    late = {asked.municipality for asked in places_asked(first.demand_version.demand) if asked.is_late}
    assert late == {silent.municipality}  # nobody is named whose mail lies with us
    assert [asked.is_late for one in (unlinked, silent) for asked in demands_put_to(one.municipality)] == [False, True]
    open_follow_ups(at(2027, 2, 1))
    assert {row.letter for row in FollowUp.objects.waiting()} == {beside, silent}
    sort_reply(Reply.objects.get(from_email__startswith="arkiv"), kind="unrelated", letters=[], by=UserFactory())
    assert unsorted_of(first.mailing) == {beside.mandate_id}
    assert silent.mandate_id not in unsorted_of(first.mailing) | answered(first.mailing)


def test_the_dry_run_of_a_reminder_tells_what_waits_to_be_sorted(client, clock):
    (letter,) = sent_letters(place(number="6101"))
    receive(client, answer_to(letter))
    clock.set(2027, 1, 4, 10)
    reminder = follow_mailing(letter.mailing, occasion="reminder", by=staff("add_mailing"))
    assert reminder.letters.get().held_codes == " answer_waits "


def test_an_answer_about_something_else_or_from_before_stops_nothing(client, clock):
    town = place(number="6101")
    (old,) = sent_letters(town)
    (reply,) = receive(client, answer_to(old))
    sort_reply(reply, kind="answer", letters=[old.pk], how="Ringte", by=UserFactory())
    clock.set(2027, 1, 4, 10)
    (new,) = sent_letters(town)  # asked anew, in another wording
    (other,) = sent_letters(place(number="6102"), number=2)

    open_follow_ups(at(2027, 3, 1))

    assert [row.letter for row in FollowUp.objects.waiting()] == [new, other]


def test_offices_outside_the_municipalities_have_their_quiet_too(client, clock):
    county = County.objects.create(number="99", name="Prøve", valid_from=date(2020, 1, 1))
    body = Body.objects.create(kind="county", name="Prøve fylkeskommune", county=county)
    MandateFactory(role="mailbox", politician=None, body=body, email="post@fylke.example", **ADDRESS)
    MandateFactory(role="minister", email="minister@dep.example", **ADDRESS)
    versions = [demand_version(number, letter="{{ greeting }}\n\nKrav {{ note('lov') }}.") for number in (1, 2)]
    texts = {"subject_nb": "Krav", "subject_nn": "Krav"}
    for version, audiences in zip(
        versions, (((COUNTY, "mailbox"), (NATIONAL, "minister")), ((COUNTY, "mailbox"),)), strict=True
    ):
        version.needed_facts.all().delete()
        for level, role in audiences:
            audience = Audience(level=level, roles=(role,))
            approved(audience=audience, demands=(version,), language="nn", texts=texts)
            send_all_due()
        clock.set(2026, 12, 18, 10)
    assert Mandate.objects.filter(letters__status="stayed").count() == 3

    assert open_follow_ups(at(2026, 12, 23)) == 1  # the county had another letter five days ago, the minister not
    assert FollowUp.objects.get().letter.mandate.role == "minister"

    clock.set(2027, 2, 1, 10)
    open_follow_ups(at(2027, 2, 1))
    of_county = FollowUp.objects.filter(letter__mandate__role="mailbox", settled_at=None).first()
    assert mail_follow_up(of_county, by=staff("add_mailing")).letters.get().status == "ready"


def test_those_that_have_not_answered_can_be_asked_for_at_every_level(client, clock):
    county = County.objects.create(number="99", name="Prøve", valid_from=date(2020, 1, 1))
    hall = Body.objects.create(kind="county", name="Prøve fylkeskommune", county=county)
    post_room = MandateFactory(role="mailbox", politician=None, body=hall, email="post@fylke.example", **ADDRESS)
    chair = MandateFactory(role="mayor", body=hall, email="leder@fylke.example", **ADDRESS)
    ministers = [MandateFactory(role="minister", email=f"{n}@dep.example", **ADDRESS) for n in "ab"]
    letters = sent_letters(place(number="6101"), place(number="6102"))
    version = demand_version(2, letter="{{ greeting }}\n\nKrav {{ note('lov') }}.")
    version.needed_facts.all().delete()
    for level, role in ((COUNTY, "mailbox"), (NATIONAL, "minister")):
        audience = Audience(level=level, roles=(role,))
        texts = {"subject_nb": "Krav", "subject_nn": "Krav"}
        mailed = approved(audience=audience, demands=(version,), language="nn", texts=texts)
        send_all_due()
        letters.append(mailed.letters.order_by("mandate").first())
    for letter in letters[1:]:  # the first municipality and the second minister are silent
        (reply,) = receive(client, answer_to(letter))
        sort_reply(reply, kind="answer", letters=[letter.pk], how="Ringte", by=UserFactory())

    def silent(level, **asked):
        towns = tuple(letter.municipality_id for letter in letters[:2])
        audience = Audience(level=level, roles=("mailbox", "mayor", "minister"), municipalities=towns, **asked)
        return list(offices(audience, date(2026, 12, 1)).order_by("pk"))

    mailboxes = [letter.mandate for letter in letters[:2]]
    assert silent(LOCAL, unanswered=True) == silent(LOCAL, unanswered_demand=1) == mailboxes[:1]
    assert silent(LOCAL, unanswered_demand=2) == mailboxes
    assert silent(COUNTY, unanswered_demand=1) == [post_room, chair]
    assert silent(COUNTY, unanswered=True) == silent(COUNTY, unanswered_demand=2) == []
    assert silent(NATIONAL, unanswered=True) == silent(NATIONAL, unanswered_demand=2) == ministers[1:]
    clock.set(2026, 12, 18, 11)
    send_all_due()  # to the second minister, at the same mail system
    to_towns, to_county, to_ministers = (letters[number].mailing_id for number in (0, 2, 3))
    assert silent(LOCAL, unanswered_mailing=to_towns) == mailboxes[:1]
    assert silent(LOCAL, unanswered_mailing=to_county) == []  # no town got it
    assert silent(COUNTY, unanswered_mailing=to_county) == silent(COUNTY, unanswered_mailing=to_towns) == []
    assert silent(NATIONAL, unanswered_mailing=to_ministers) == ministers[1:]
    Reply.objects.filter(links__letter=letters[2]).update(verified_at=None)
    assert silent(COUNTY, unanswered_mailing=to_county) == [post_room, chair]

    asked = Audience(level=NATIONAL, roles=("minister",), unanswered_mailing=to_ministers)
    assert Audience.from_json(asked.as_json()) == asked
    count = look(asked, day=date(2026, 12, 1)).count
    assert (count.offices, count.silence) == (1, Silence(asked=2, answered=1))
    assert look(replace(asked, unanswered_mailing=0, unanswered=True), day=date(2026, 12, 1)).count.silence == Silence(
        None, 1
    )
    assert describe(asked).endswith("Har fått «Høst» og ikke svart")
    choice = audience_initial(asked)["unanswered"]
    assert {**silence_asked(choice)} == {
        "unanswered": False,
        "unanswered_demand": 0,
        "unanswered_mailing": to_ministers,
    }
    assert choice in dict(dict(silence_choices())["Etter utsending"])


def test_who_leaves_on_a_known_day_holds_the_office_until_then(client, clock):
    town = place(number="6101")
    known = {"source": "nett", "checked_on": date(2026, 11, 1), "by": None}
    mayor = {"first_name": "Kari", "last_name": "Ås", "party": "Ap", "email": "k@k.example"} | known
    kari = set_mayor(town, **mayor)
    (letter,) = sent_letters(town, recipient="mayor")
    end_office(kari, on=date(2027, 1, 15), by=None)
    new = NewOffice("mayor", "Per", "Li", "nett", starts_on=date(2027, 1, 15))
    per = add_office(kari.body, new, politician=None, by=UserFactory())

    assert open_follow_ups(at(2026, 12, 22)) == 1
    assert FollowUp.objects.get().letter == letter
    assert current_mandate(town, "mayor") == kari
    assert set_mayor(town, **mayor | {"email": "ny@k.example"}) == kari
    eva = set_mayor(town, **mayor | {"first_name": "Eva", "email": "eva@k.example"})
    ida = NewOffice("mayor", "Ida", "Moe", "nett", starts_on=date(2026, 12, 1))
    ida = add_office(kari.body, ida, politician=None, by=UserFactory())
    held = {mandate.pk: (mandate.starts_on, mandate.ends_on) for mandate in Mandate.objects.filter(role="mayor")}
    assert held == {
        kari.pk: (date(2026, 11, 23), date(2026, 11, 23)),
        eva.pk: (date(2026, 11, 23), date(2026, 12, 1)),
        ida.pk: (date(2026, 12, 1), date(2027, 1, 15)),
        per.pk: (date(2027, 1, 15), None),
    }
    mailbox = current_mandate(town, "mailbox")
    end_office(mailbox, on=date(2027, 2, 1), by=None)
    assert set_mailbox(town, email="ny@k.example", **known) == mailbox
    clock.set(2027, 1, 15, 10)
    assert current_mandate(town, "mayor") == per


def test_the_post_room_answers_for_the_mayor_but_nobody_for_a_councillor(client, clock):
    town = place(number="6101")
    set_mayor(
        town,
        first_name="Kari",
        last_name="Ås",
        email="ordforer@k.example",
        party="Ap",
        source="nett",
        checked_on=date(2026, 11, 1),
        by=None,
    )
    council = Body.objects.create(kind=Body.Kind.COUNCIL, municipality=town, name="Kommunestyret")
    MandateFactory(body=council, role="group_leader", email="gruppe@parti.example", **ADDRESS)
    offices = Audience(roles=("mayor", "mailbox", "group_leader"), municipalities=("6101",))
    leave(create_mailing(Plan("x", (demand_version(),), offices), author=staff("add_mailing")))
    mailbox, mayor, leader = (Letter.objects.get(mandate__role=role) for role in ("mailbox", "mayor", "group_leader"))
    (reply,) = receive(client, answer_to(mailbox))
    sort_reply(reply, kind="answer", letters=[mailbox.pk], how="Ringte", by=UserFactory())

    assert open_follow_ups(at(2026, 12, 28)) == 1
    assert [row.letter for row in FollowUp.objects.waiting()] == [leader]
    clock.set(2026, 12, 28, 10)
    reminder = follow_mailing(mailbox.mailing, occasion="reminder", by=staff("add_mailing"))
    assert only_for(reminder) == {leader.mandate_id}
    assert answered(mailbox.mailing) == {mailbox.mandate_id, mayor.mandate_id}
