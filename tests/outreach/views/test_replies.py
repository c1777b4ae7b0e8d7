"""Sorting replies one after another, and making an answer public."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate

from municipalities.knowledge import with_knowledge
from municipalities.models import Municipality
from outreach.exceptions import NotVerified
from outreach.models import Demand, Reply
from outreach.services.mailings.audiences import NATIONAL, Audience
from outreach.services.mailings.mailings import Plan, create_mailing, submit_mailing
from outreach.services.replies.sorting import publish_reply, sort_reply, verify_sender
from outreach.services.replies.standing import seen_of
from taushet.services.sending import send_all_due
from tests.factories.outreach import BodyFactory, MandateFactory, demand_version, place
from tests.factories.replies import answer_to, commitment_with_file, receive, sent_letters
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

SORT = reverse("outreach:reply_sort")


def save(client, reply, kind, *letters, **more):
    data = {"kind": kind, "letters": [letter.pk for letter in letters], "seen": seen_of(Reply.objects.get(pk=reply.pk))}
    return client.post(reverse("outreach:reply_sort_save", args=[reply.pk]), data | more)


def page(client, address=SORT):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer


def test_replies_are_sorted_one_after_another_and_put_back(client):
    letter, other = sent_letters(place(number="6101"), place(number="6102", name="Øygarden"))
    first, second, third = receive(
        client, answer_to(letter), answer_to(sender="leder@k6101.example"), answer_to(letter, text="Til")
    )
    me = sign_in(client, StaffFactory())
    assert page(client).context["reply"] == first
    assert page(client, f"{SORT}?etter={first.pk}").context["reply"] == second

    answer = save(client, first, "answer", letter)
    following = page(client, answer.url)

    assert (following.context["reply"], following.context["last"], following.context["left"]) == (second, first, 2)
    assert [(row.pk, chosen) for row, chosen, _key in following.context["choices"]] == [(letter.pk, True)]
    found = page(client, f"{SORT}?svar={second.pk}&q=øygarden").context["choices"]
    assert [row.pk for row, _chosen, _key in found] == [other.pk, letter.pk]
    nothing = page(client, f"{SORT}?svar={second.pk}&q=finnesikke").content.decode()
    assert "No letter fits “finnesikke”." in nothing
    assert 'value="finnesikke"' in nothing
    first.refresh_from_db()
    assert (first.kind, first.sorted_by) == ("answer", me)
    back = client.post(reverse("outreach:reply_put_back", args=[first.pk]))
    assert page(client, back.url).context["reply"] == first
    typed = {"how": "Ringte «sentralbordet»", "q": "Øygarden"}
    find = reverse("outreach:reply_find_letters", args=[second.pk])
    for kept in (
        save(client, second, "answer", **typed),  # to no letter
        save(client, second, "unsorted", other, **typed),
        client.post(find, {"letters": [other.pk], **typed}),
    ):
        assert (kept.status_code, kept.context["reply"]) == (200, second)
        assert 'value="Ringte «sentralbordet»"' in kept.text
        assert letter.pk in {row.pk for row, _chosen, _key in kept.context["choices"]}
    assert [row.pk for row, chosen, _key in kept.context["choices"] if chosen] == [other.pk]
    assert client.post(reverse("outreach:reply_find_letters", args=[third.pk])).status_code == 200
    for reply, kind in ((first, "receipt"), (second, "unrelated"), (third, "answer")):
        save(client, reply, kind, *reply.letters.all())
    assert "reply" not in page(client).context
    assert set(Reply.objects.values_list("kind", "sorted_by")) == {
        ("receipt", me.pk),
        ("unrelated", me.pk),
        ("answer", me.pk),
    }


def test_undoing_restores_links_and_state_exactly_step_by_step(client):
    right, wrong = sent_letters(place(number="6101"), place(number="6102"))
    reply, absence = receive(client, answer_to(right), answer_to(right, Auto_Submitted="auto-replied"))
    sign_in(client, StaffFactory())

    def state(reply):
        reply.refresh_from_db()
        links = list(reply.links.order_by("letter").values_list("letter", "how", "linked_by", "linked_at"))
        return reply.kind, reply.sorted_at, reply.sorted_by_id, reply.verified_at, reply.verified_how, links

    def undo(reply):
        return client.post(reverse("outreach:reply_put_back", args=[reply.pk])).url

    unsorted, automatic = state(reply), state(absence)
    save(client, reply, "answer", wrong, how="Ringte")
    answered = state(reply)
    assert (answered[0], answered[4], [link[0] for link in answered[5]]) == ("answer", "Ringte", [wrong.pk])
    save(client, reply, "receipt", right, wrong)
    assert undo(reply) == reply.get_absolute_url()
    assert state(reply) == answered
    assert undo(reply) == f"{SORT}?svar={reply.pk}"
    assert state(reply) == unsorted
    save(client, absence, "answer", wrong)
    assert "does not count until" in page(client, f"{SORT}?sist={absence.pk}").content.decode()
    undo(absence)
    assert state(absence) == automatic


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_no_more_for_more_replies(client, django_assert_num_queries, count):
    letters = sent_letters(*[place(number=f"610{n}") for n in range(1, 4)])
    receive(client, *[answer_to(*letters) for _number in range(count)])
    sign_in(client, StaffFactory())
    page(client, reverse("outreach:reply_list"))

    with django_assert_num_queries(14):
        answer = page(client, f"{reverse('outreach:reply_list')}?kind=unsorted&sender=no&public=no&q=krav")

    assert len(answer.context["page"]) == count
    assert not page(client, f"{reverse('outreach:reply_list')}?kind=answer").context["page"].object_list


def test_answer_becomes_public_only_once_somebody_knows_who_it_is_from(client, settings):
    town = place(number="6101")
    (letter,) = sent_letters(town)
    text = "Vi lover en plan. Hilsen Kari, tlf. 22 33 11 60, kari@k6101.example\n\nFra: oss\nSendt: da"
    (reply,) = receive(client, answer_to(letter, text=text))
    sign_in(client, StaffFactory())
    save(client, reply, "answer", letter)
    publish = reverse("outreach:reply_publish", args=[reply.pk])
    assert client.get(publish).url == client.post(publish).url == reply.get_absolute_url()  # refused at once
    client.post(reverse("outreach:reply_verify", args=[reply.pk]), {"how": "Ringte sentralbordet"})
    initial = page(client, publish).context["form"].initial
    words = {"speaker": "Kommunen", "text": "Vi lover en plan.", "is_checked": "on", "seen": initial["seen"]}
    draft = initial["text"]
    assert draft == "Vi lover en plan. Hilsen Kari, tlf. [telefon], [e-postadresse]"
    assert client.post(publish, words | {"is_checked": ""}).status_code == 200
    assert not Reply.objects.published().exists()
    assert client.post(publish, words).url == reply.get_absolute_url()

    public = [town.get_absolute_url(), letter.demand_version.demand.get_absolute_url()]
    client.logout()
    for address in public:
        shown = client.get(address).content.decode()
        assert ("Vi lover en plan." in shown, "Hilsen Kari" in shown) == (True, False)
    sign_in(client, StaffFactory())
    assert save(client, reply, "unrelated").url == reply.get_absolute_url()  # still public, so refused
    assert save(client, reply, "receipt").url == reply.get_absolute_url()
    reply.refresh_from_db()
    assert (reply.kind, reply.links.count()) == ("answer", 1)
    old = client.post(publish, words | {"text": "Kari lover en plan."})  # a page opened before it became public
    assert len(old.context["form"].non_field_errors()) == 1
    assert old.context["form"].data["text"] == "Kari lover en plan."
    assert "Kari lover" not in client.get(public[0]).content.decode()
    back = reverse("outreach:reply_take_back", args=[reply.pk])
    assert "Vi lover en plan." in page(client, back).content.decode()
    assert client.post(back, {"why": " "}).status_code == 200
    assert "Vi lover en plan." in client.get(public[0]).content.decode()
    client.post(back, {"why": "Feil vedtak sitert."})
    assert "Vi lover en plan." not in client.get(public[0]).content.decode()
    assert "Feil vedtak sitert." in page(client, reply.get_absolute_url()).content.decode()


def test_a_letter_that_left_after_the_reply_is_not_what_it_answers(client, clock):
    town = place(number="6101")
    (reply,) = receive(client, answer_to(sender="post@k6101.example", subject="Krav til Kommune 6101"))
    clock.set(2026, 11, 24, 10)
    (letter,) = sent_letters(town)
    sign_in(client, StaffFactory())

    assert not page(client, f"{SORT}?svar={reply.pk}&q=6101").context["choices"]
    save(client, reply, "answer", letter)
    reply.refresh_from_db()
    assert (reply.kind, reply.links.count()) == ("unsorted", 0)


def test_two_who_sort_the_same_reply_do_not_sort_over_each_other(client):
    letter, other = sent_letters(place(number="6101"), place(number="6102"))
    (reply,) = receive(client, answer_to(letter))
    sign_in(client, StaffFactory())
    opened = page(client).context["seen"]
    save(client, reply, "answer", letter, how="Ringte")

    late = save(client, reply, "unrelated", seen=opened)
    assert late.url == reply.get_absolute_url()
    assert "since you opened it" in page(client, late.url).content.decode()
    assert save(client, reply, "unrelated", seen="").status_code == 302
    reply.refresh_from_db()
    assert (reply.kind, reply.links.count()) == ("answer", 1)
    commitment_with_file(reply, letter.mailing)
    for kind, letters in (("unrelated", []), ("answer", [other]), ("receipt", [letter])):
        save(client, reply, kind, *letters)
    reply.refresh_from_db()
    assert (reply.kind, reply.letters.get()) == ("answer", letter)


def test_a_member_of_the_storting_is_named_as_who_answers(client):
    demand = demand_version(letter="{{ greeting }}\n\nKrav {{ note('lov') }}.")
    demand.needed_facts.all().delete()
    Demand.objects.update(level="national")
    storting = BodyFactory(kind="storting", name="Stortinget")
    address = {"email": "nora@stortinget.example", "email_source": "nett", "email_checked_on": localdate()}
    holder = MandateFactory(body=storting, role="representative", politician__last_name="Ås", **address)
    audience = Audience(level=NATIONAL, roles=("representative",))
    texts = {"subject_nb": "Krav", "subject_nn": "Krav"}
    plan = Plan(title="Nasjonalt", demands=(demand,), audience=audience, language="nb", texts=texts)
    draft = create_mailing(plan, author=StaffFactory())
    waits = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    approve(waits)
    send_all_due()
    (letter,) = waits.letters.all()
    (reply,) = receive(client, answer_to(letter))
    sign_in(client, StaffFactory())
    assert "Stortinget: " in page(client).content.decode()
    save(client, reply, "answer", letter)
    verify_sender(reply, how="Ringte", by=StaffFactory())

    publish = reverse("outreach:reply_publish", args=[reply.pk])
    assert page(client, publish).context["form"].initial["speaker"] == letter.to_name
    assert holder.politician.last_name in letter.to_name
    seen = page(client, publish).context["form"].initial["seen"]
    client.post(publish, {"speaker": "Kari Ås", "text": "Vi lover en plan.", "is_checked": "on", "seen": seen})

    for address in (reply.get_absolute_url(), reverse("outreach:reply_list")):
        assert "Stortinget" in page(client, address).content.decode()
    assert "Vi lover en plan." in page(client, demand.demand.get_absolute_url()).content.decode()


def test_the_newest_answer_is_known_and_automatic_ones_are_not(client, settings, clock):
    answering, away, _silent = sent_letters(*[place(number=f"610{n}") for n in range(1, 4)])
    place(number="6104", address=False)
    reply, _absence = receive(client, answer_to(answering), answer_to(away, Auto_Submitted="auto-replied"))
    sign_in(client, StaffFactory())
    save(client, reply, "answer", answering)
    settings.DEMO = True  # the letters of the tests stay here
    unconfirmed = with_knowledge(Municipality.objects.all(), "answered").get(pk="6101")
    verify_sender(reply, how="Ringte postmottaket.", by=StaffFactory())

    assert unconfirmed.known_answered is False
    known = with_knowledge(Municipality.objects.all(), "last_answer", "answered").in_bulk()

    answered = {number: (one.known_answered, str(one.known_last_answer)) for number, one in known.items()}
    assert answered == {
        "6101": (True, str(localdate(reply.received_at))),
        "6102": (False, "None"),
        "6103": (False, "None"),
        "6104": (None, "None"),
    }


def test_the_database_keeps_what_is_unverified_from_the_public(client):
    (letter,) = sent_letters()
    (reply,) = receive(client, answer_to(letter))
    sort_reply(reply, kind="answer", letters=[letter.pk], by=StaffFactory())
    with pytest.raises(NotVerified):
        publish_reply(reply, text="x", speaker="y", by=StaffFactory())
    with pytest.raises(IntegrityError, match="reply_published_is_verified_answer"), transaction.atomic():
        Reply.objects.update(published_at=timezone.now(), published_text="x")
