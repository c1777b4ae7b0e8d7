"""Promises: in the words of the reply, confirmed by a second person, with a history that stays."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.exceptions import NotVerified, OtherSpeaker, OwnCommitment, WrongQuote, WrongStatus
from outreach.models import Commitment, CommitmentChange, Demand, Mandate, Reply
from outreach.services.commitments.changes import change_commitment
from outreach.services.commitments.commitments import confirm_commitment, speakers_of
from outreach.services.commitments.succession import review_after_leaving
from outreach.services.offices.offices import end_office
from tests.factories.outreach import MandateFactory, place
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.commitments.conftest import QUOTE, confirmed, enter, judge

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

Status = Commitment.Status


def test_a_promise_stands_in_the_reply_by_who_held_the_office_that_day(reply, town):
    commitment = enter(reply)

    said = (commitment.quote, commitment.speaker, commitment.said_on, commitment.status)
    assert said == (
        QUOTE,
        f"Ordfører Kari Ås (Ap), {town.name} kommune",
        timezone.localdate(reply.received_at),
        "promised",
    )
    for wrong in ("Vi skal vedta to planer", "Dere må vedta en plan.", "  "):  # the second is what we wrote
        with pytest.raises(WrongQuote):
            enter(reply, quote=wrong)
    with pytest.raises(WrongStatus):
        enter(reply, demand=Demand.objects.create(number=99, slug="annet"))
    with pytest.raises(WrongStatus):
        enter(reply, municipality=place(number="6102"))
    mandate = Mandate.objects.get(role="mayor")
    end_office(mandate, on=commitment.said_on, by=None)
    assert mandate not in speakers_of(reply)
    with pytest.raises(WrongStatus):
        enter(reply)
    Reply.objects.update(verified_at=None)
    with pytest.raises(NotVerified):
        enter(reply)


def test_the_office_written_to_leads_and_another_has_to_be_meant(client, reply, town):
    sign_in(client, StaffFactory())
    mayor, mailbox = (Mandate.objects.get(role=role) for role in ("mayor", "mailbox"))
    address = reverse("outreach:commitment_create", args=[reply.pk])
    speakers = client.get(address).context["form"]["mandate"]
    assert [(row.pk, row.was_written_to) for row in speakers_of(reply)] == [(mayor.pk, True), (mailbox.pk, False)]
    assert speakers.initial == mayor.pk
    with pytest.raises(OtherSpeaker):
        enter(reply, mandate=mailbox)
    form = {"quote": QUOTE, "mandate": mailbox.pk, "demand": Demand.objects.get().pk, "municipality": town.pk}
    form["due_on"] = "2027-03-01"

    warned = client.post(address, form)

    assert list(warned.context["form"].errors) == ["is_other_meant"]
    assert not Commitment.objects.exists()
    client.post(address, form | {"is_other_meant": "on"})
    assert Commitment.objects.get().mandate == mailbox


def test_who_entered_a_promise_cannot_confirm_it(client, reply, town):
    me = sign_in(client, StaffFactory())
    form = {"quote": QUOTE, "demand": Demand.objects.get().pk, "municipality": town.pk, "due_on": "2027-03-01"}
    form["mandate"] = Mandate.objects.get(role="mayor").pk
    answer = client.post(reverse("outreach:commitment_create", args=[reply.pk]), form)
    commitment = Commitment.objects.get()
    confirm, refuse = (reverse(f"outreach:commitment_{act}", args=[commitment.pk]) for act in ("confirm", "refuse"))

    assert answer.url == commitment.get_absolute_url()
    assert not client.get(answer.url).context["may_confirm"]
    assert client.post(confirm).status_code == client.post(refuse, {"why": "Nei"}).status_code == 403
    with pytest.raises(OwnCommitment):
        confirm_commitment(commitment, by=me)
    with pytest.raises(IntegrityError, match="commitment_confirmed_by_someone_else"), transaction.atomic():
        Commitment.objects.update(confirmed_by=me, confirmed_at=timezone.now())
    public = [town.get_absolute_url(), commitment.demand.get_absolute_url()]
    assert not any(QUOTE in client.get(address).content.decode() for address in public)

    other = sign_in(client, StaffFactory(roles=["approver"]))
    shown = client.get(answer.url)
    assert shown.context["may_confirm"]
    assert "Svaret løftet står i, er ikke publisert." in shown.text
    client.post(confirm)

    commitment.refresh_from_db()
    assert (commitment.confirmed_by, commitment.changes.get().evidence) == (other, QUOTE)
    client.post(refuse, {"why": "For sent"})
    commitment.refresh_from_db()
    assert commitment.refused_at is None
    client.logout()
    for address in public:
        told = client.get(address).content.decode()
        assert QUOTE in told
        assert "2026 som ikke er publisert" in told
        assert "Ingen svar er publisert i sin helhet ennå. Et løfte kan likevel være sitert" in told
    Reply.objects.update(published_at=timezone.now(), published_text="Svar", published_speaker="Ordføreren")
    assert not any("som ikke er publisert" in client.get(address).content.decode() for address in public)

    sign_in(client, StaffFactory())
    reply.links.all().delete()
    form_page = reverse("outreach:commitment_create", args=[reply.pk])
    assert client.get(form_page).url == reply.get_absolute_url()
    assert "Et løfte kan føres inn når det er klart hvilket brev" in client.get(reply.get_absolute_url()).text


@pytest.mark.parametrize(
    "act",
    [
        lambda: CommitmentChange.objects.update(reason="Noe annet"),
        lambda: CommitmentChange.objects.all()._raw_delete("default"),
        lambda: Commitment.objects.update(quote="Noe annet"),
        lambda: Commitment.objects.update(due_on=None),
        lambda: Commitment.objects.update(confirmed_at=None, confirmed_by=None),
        lambda: CommitmentChange.objects.create(commitment=Commitment.objects.get(), status="kept"),
        lambda: CommitmentChange.objects.create(commitment=Commitment.objects.get(), status="broken", evidence="x"),
    ],
)
def test_the_database_keeps_what_was_promised_and_how_it_went(reply, act):
    confirmed(reply)

    with pytest.raises(IntegrityError), transaction.atomic():
        act()
    assert connection.is_usable()


def test_promise_of_who_left_office_is_looked_at_anew_once(reply):
    first, second = confirmed(reply), confirmed(reply, due_on=None, is_double_meant=True)
    judge(second, "kept")
    mandate = Mandate.objects.get(role="mayor")
    end_office(mandate, on=timezone.localdate() + timedelta(days=10), by=None)

    assert review_after_leaving(timezone.now()) == 0
    assert review_after_leaving(timezone.now() + timedelta(days=11)) == 1

    assert Commitment.objects.filter(status=Status.REVIEW).get() == first
    change_commitment(first, status="in_progress", evidence="Ny ordfører følger opp", by=UserFactory())
    assert review_after_leaving(timezone.now() + timedelta(days=12)) == 0


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_no_more_for_more_promises(client, reply, django_assert_num_queries, count):
    for number in range(count):
        confirmed(reply, due_on=date(2027, 3, 1 + number), is_double_meant=True)
    enter(reply, due_on=None, is_double_meant=True)
    sign_in(client, StaffFactory())
    address = reverse("outreach:commitment_list")
    client.get(address)

    with django_assert_num_queries(8):
        found = client.get(f"{address}?status=promised&q=kari").context["page"]

    assert len(found) == count
    assert len(client.get(f"{address}?status=waiting").context["page"]) == 1
    assert len(client.get(f"{address}?due=over").context["page"]) == 0


def test_who_asks_is_told_of_replies_files_promises_and_follow_ups(client, reply, town):
    reply.attachments.create(position=1, name="vedtak.exe", size=3, left_out="kind")
    commitment = confirmed(reply)
    judge(commitment, "broken", reason="Utsatt")
    commitment.follow_ups.create(rule="overdue", draft="Er det gjort?")
    other = MandateFactory(role="mayor").politician
    sign_in(client, StaffFactory())

    def told(politician):
        return client.get(reverse("outreach:politician_told_json", args=[politician.pk])).json()

    mine = told(commitment.mandate.politician)

    (answer,), (promised,), (asked,) = mine["replies"], mine["commitments"], mine["follow_ups"]
    assert (answer["files"], answer["sender_confirmed"]) == (["vedtak.exe"], "Ringte")
    assert QUOTE in " ".join(answer["text"].split())
    assert (promised["quote"], len(promised["changes"]), asked["draft"]) == (QUOTE, 2, "Er det gjort?")
    assert "Utsatt" in promised["changes"][0]
    assert [told(other)[part] for part in ("replies", "commitments", "follow_ups")] == [[], [], []]
    page = client.get(reverse("outreach:politician_told", args=[commitment.mandate.politician.pk])).content.decode()
    assert "vedtak.exe" in page
    assert "Er det gjort?" in page
