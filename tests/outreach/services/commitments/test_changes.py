"""How it goes with a promise: judged by two, taken back by two, mended by who put it in, and told in public."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from outreach.exceptions import OwnCommitment, SameQuote, WrongStatus
from outreach.models import Commitment, CommitmentChange, Demand, Mandate
from outreach.services.commitments.changes import change_commitment, confirm_change, withdraw_commitment
from outreach.services.commitments.commitments import confirm_commitment
from outreach.services.replies.sorting import sort_reply, unsort_reply
from taushet.registries import today_cards
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.commitments.conftest import QUOTE, confirmed, enter

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Status = Commitment.Status


def pages_of(commitment):
    return [commitment.municipality.get_absolute_url(), commitment.demand.get_absolute_url()]


def decide(client, act, change, **values):
    address = reverse(f"outreach:commitment_change_{act}", args=[change.commitment_id, change.pk])
    return client.post(address, values, follow=True)


def test_a_judgement_counts_and_is_public_once_a_second_person_agrees(client, reply):
    commitment = confirmed(reply)
    me = sign_in(client, StaffFactory())
    update = reverse("outreach:commitment_update", args=[commitment.pk])
    pdf = SimpleUploadedFile("vedtak.pdf", b"%PDF-1.7 vedtak")
    broken = {"status": "broken", "reason": "Utsatt til 2029", "evidence_url": "https://kommune.example/sak"}
    for lacking in ({"status": "kept", "reason": "Gjort"}, {"status": "kept", "evidence": "Vedtaket"}):
        assert client.post(update, lacking).status_code == 200
    for none in ("promised", "withdrawn"):
        form = client.post(update, {"status": none, "reason": "x", "evidence": "x"}).context["form"]
        assert list(form.errors) == ["status"]
    assert list(client.post(update, broken).context["form"].errors) == ["is_early_meant"]  # the day is 1 March 2027
    broken |= {"is_early_meant": "on", "evidence": "Privat merknad"}
    assert client.post(update, broken | {"file": SimpleUploadedFile("vedtak.pdf", b"MZ")}).status_code == 200
    assert commitment.changes.count() == 1

    client.post(update, broken)

    commitment.refresh_from_db()
    change = commitment.changes.waiting().get()
    assert (commitment.status, change.is_early) == (Status.PROMISED, True)
    assert not any("Utsatt til 2029" in client.get(address).text for address in pages_of(commitment))
    decide(client, "confirm", change)
    with pytest.raises(OwnCommitment):
        confirm_change(change, by=me)
    with pytest.raises(WrongStatus):
        change_commitment(commitment, status="in_progress", evidence="x", by=UserFactory())
    with pytest.raises(IntegrityError, match="confirmed_by_someone_else"), transaction.atomic():
        CommitmentChange.objects.filter(pk=change.pk).update(confirmed_by=me, confirmed_at=timezone.now())
    decide(client, "refuse", change, why="Trykte feil")  # who proposed it may take it back
    client.post(update, broken | {"file": pdf})
    change = commitment.changes.waiting().get()
    other = sign_in(client, StaffFactory(roles=["approver"]))
    assert [url for _text, url in today_cards["promises"].items(other)] == [commitment.get_absolute_url()]
    assert len(client.get(reverse("outreach:commitment_list"), {"status": "waiting"}).context["page"]) == 1
    assert "så fristen var ikke ute" in client.get(commitment.get_absolute_url()).text
    decide(client, "confirm", change)

    commitment.refresh_from_db()
    change.refresh_from_db()
    assert (commitment.status, change.confirmed_by) == (Status.BROKEN, other)
    file = client.get(reverse("outreach:commitment_evidence", args=[commitment.pk, change.pk]))
    assert file["Content-Disposition"].startswith("attachment;")
    page = client.get(commitment.get_absolute_url()).text
    assert "Trykte feil" in page
    assert "Privat merknad" in page
    client.logout()
    for address in pages_of(commitment):
        told = client.get(address).text
        assert "Utsatt til 2029" in told
        assert 'href="https://kommune.example/sak"' in told
        assert not [word for word in ("Privat merknad", "Trykte feil", str(me)) if word in told]
    (row,) = client.get("/apne-data/lofter.json").json()["rows"]
    assert [row[name] for name in ("status", "begrunnelse", "begrunnelse_lenke")] == [
        "broken",
        "Utsatt til 2029",
        "https://kommune.example/sak",
    ]


def test_a_day_that_only_the_words_name_is_asked_about_before_it_is_over(client, reply):
    commitment = confirmed(reply, due_on=None)
    sign_in(client, StaffFactory())
    update = reverse("outreach:commitment_update", args=[commitment.pk])
    broken = {"status": "broken", "reason": "Utsatt", "evidence": "Brev"}
    assert list(client.post(update, broken).context["form"].errors) == ["is_early_meant"]
    client.post(update, broken | {"is_early_meant": "on"})
    page = client.get(commitment.get_absolute_url()).text.replace("\N{NO-BREAK SPACE}", " ")
    assert "men ordene nevner 1. mars 2027" in page
    assert "så fristen var ikke ute" in page


def test_that_work_goes_on_is_told_by_one(client, reply):
    commitment = confirmed(reply)
    sign_in(client, StaffFactory())

    client.post(
        reverse("outreach:commitment_update", args=[commitment.pk]),
        {"status": "in_progress", "reason": "Saken er sendt på høring", "evidence": "Brev"},
    )

    commitment.refresh_from_db()
    assert commitment.status == Status.IN_PROGRESS
    assert "Saken er sendt på høring" in client.get(pages_of(commitment)[0]).text


def test_a_confirmed_promise_is_taken_off_by_two_and_its_row_stays(client, reply):
    commitment = confirmed(reply)
    me, address = sign_in(client, StaffFactory()), reverse("outreach:commitment_withdraw", args=[commitment.pk])
    judged = change_commitment(commitment, status="kept", reason="Gjort", evidence="Vedtaket", by=UserFactory())

    def is_public():
        pages = [*pages_of(commitment), "/apne-data/lofter.json"]
        return {QUOTE in client.get(page).content.decode() for page in pages}

    assert "reason" in client.post(address, {"reason": ""}).context["form"].errors
    assert is_public() == {True}
    client.post(address, {"reason": "Sitatet navngir et barn"})
    assert is_public() == {False}
    asked = commitment.changes.waiting().get(status="withdrawn")
    with pytest.raises(OwnCommitment):
        confirm_change(asked, by=me)
    decide(client, "refuse", asked, why="Feil rad")
    assert is_public() == {True}
    commitment.refresh_from_db()
    with pytest.raises(WrongStatus):
        unsort_reply(reply, by=me)
    asked = withdraw_commitment(commitment, reason="Sitatet navngir et barn", by=me)
    other = sign_in(client, StaffFactory(roles=["approver"]))
    decide(client, "confirm", asked)

    assert is_public() == {False}
    commitment.refresh_from_db()
    judged.refresh_from_db()
    assert (commitment.status, judged.refused_by) == (Status.WITHDRAWN, other)
    page = client.get(commitment.get_absolute_url()).text
    assert QUOTE in page
    assert "Sitatet navngir et barn" in page
    assert commitment in client.get(reverse("outreach:commitment_list")).context["page"]
    with pytest.raises(WrongStatus):
        withdraw_commitment(commitment, reason="x", by=me)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.update(status="promised", hidden_at=None)
    assert unsort_reply(reply, by=me).kind == "unsorted"  # nothing that stands needs it any longer
    sort_reply(reply, kind="answer", letters=list(reply.letters.values_list("pk", flat=True)), by=me)
    assert enter(reply).quote == QUOTE  # it can be entered anew


def test_a_slip_of_the_pen_is_warned_of_and_mended_before_anybody_confirms_it(client, reply, town):
    me = sign_in(client, StaffFactory())
    address = reverse("outreach:commitment_create", args=[reply.pk])
    form = {"quote": QUOTE, "mandate": Mandate.objects.get(role="mayor").pk, "demand": Demand.objects.get().pk}
    form |= {"municipality": town.pk, "due_on": "2027-03-01"}

    nameless = client.post(address, form | {"due_on": ""}).context["form"]
    assert list(nameless.errors) == ["is_no_day_meant"]  # the words name 1 March
    assert "1.\N{NO-BREAK SPACE}mars 2027" in nameless.errors["is_no_day_meant"][0]
    assert list(client.post(address, form | {"due_on": "2020-01-01"}).context["form"].errors) == ["due_on"]
    with pytest.raises(WrongStatus):
        enter(reply, due_on=date(2020, 1, 1))
    client.post(address, form)
    first = Commitment.objects.get()
    for again in (form, form | {"is_double_meant": "on"}):
        assert client.post(address, again).context["form"].errors
    with pytest.raises(SameQuote):
        enter(reply, due_on=date(2028, 1, 1))
    client.post(address, form | {"due_on": "2028-01-01", "is_double_meant": "on"})
    second = Commitment.objects.latest("pk")
    assert second != first

    prefilled = client.get(f"{address}?instead_of={second.pk}").context["form"]
    assert prefilled["due_on"].value() == date(2028, 1, 1)
    client.post(f"{address}?instead_of={second.pk}", form | {"due_on": "2027-06-01", "is_double_meant": "on"})
    second.refresh_from_db()
    assert (second.is_taken_back, Commitment.objects.latest("pk").due_on) == (True, date(2027, 6, 1))
    with pytest.raises(WrongStatus):
        confirm_commitment(second, by=UserFactory())
    back = reverse("outreach:commitment_take_back", args=[first.pk])
    sign_in(client, StaffFactory())
    client.post(back)
    first.refresh_from_db()
    assert not first.is_taken_back
    assert client.get(f"{address}?instead_of={first.pk}").status_code == 404
    sign_in(client, me)
    client.post(back)
    first.refresh_from_db()
    assert (first.is_taken_back, Commitment.objects.filter(refused_at=None).count()) == (True, 1)
