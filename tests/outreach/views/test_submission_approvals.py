"""Submissions are approved by somebody else exactly as they were read, with addressee and case."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outreach.exceptions import ContentChanged, NotYourTurn, OwnMailing, WrongStatus
from outreach.models import Consultation, Submission, SubmissionApproval
from outreach.services.consultations.consultations import save_consultation
from outreach.services.consultations.submission_approvals import approve_submission, mark_delivered
from outreach.services.consultations.submission_files import document_of
from outreach.services.consultations.submission_log import submission_log
from outreach.services.consultations.submissions import (
    change_submission,
    follow_consultation,
    submit_submission,
)
from taushet.registries import today_cards
from tests.factories.outreach import consultation, submission
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.views.test_submissions import edited, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_it_is_approved_by_somebody_else_exactly_as_it_was_read(client, author, said):
    row = submission(by=author)
    client.post(page("submit", row), {"seen_hash": row.content_hash})
    approver = StaffFactory(roles=["approver"])
    assert [url for _text, url in today_cards["approve-submissions"].items(approver)] == [row.get_absolute_url()]
    assert list(today_cards["approve-submissions"].items(author)) == []

    with pytest.raises(OwnMailing):
        approve_submission(row, approver=author, seen_hash=row.content_hash, is_public_confirmed=True)
    with pytest.raises(ContentChanged):
        approve_submission(row, approver=approver, seen_hash="0" * 64, is_public_confirmed=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SubmissionApproval.objects.create(
            submission=row,
            approver=author,
            author=author,
            last_editor=author,
            content_hash="0" * 64,
            is_public_confirmed=True,
        )
    sign_in(client, approver)
    form = client.post(page("approve", row), {"seen_hash": row.content_hash}).context["approval_form"]
    assert form.errors == {"is_public_confirmed": ["Confirm that the submission can become public."]}
    client.post(page("approve", row), {"seen_hash": row.content_hash, "is_public_confirmed": "on"})
    row.refresh_from_db()
    assert row.status == "approved"

    # One comma: the approval is void, the log shows the difference, and the database keeps the approval as it was.
    sign_in(client, author)
    client.post(page("update", row), edited(row, "Handlingsplan, endret."))
    row.refresh_from_db()
    approval = row.approvals.get()
    assert (row.status, approval.voided_at is not None) == ("draft", True)
    line = submission_log(row)[0]
    assert line.text == "The text was changed. What was approved is void."
    assert [part.text for part in line.differences[0][1] if part.kind == "new"][-1].endswith("endret")
    assert "<ins>" in client.get(row.get_absolute_url()).text
    with pytest.raises(IntegrityError), transaction.atomic():
        SubmissionApproval.objects.filter(pk=approval.pk).update(voided_at=None)
    with pytest.raises(WrongStatus):
        mark_delivered(row, on=date(2026, 11, 20), url="", by=author)


def test_when_both_houses_send_each_approves():
    kss, ldo, neither = (UserFactory(house=house) for house in ("KSS", "LDO", ""))
    row = submission(senders="both")
    submit_submission(row, by=row.author, seen_hash=row.content_hash)
    seen = {"seen_hash": row.content_hash, "is_public_confirmed": True}

    approve_submission(row, approver=kss, **seen)
    row.refresh_from_db()
    assert row.status == "submitted"
    for late in (neither, UserFactory(house="KSS")):
        with pytest.raises(NotYourTurn):
            approve_submission(row, approver=late, **seen)
    approve_submission(row, approver=ldo, **seen)
    row.refresh_from_db()
    assert row.status == "approved"


def test_who_wrote_what_one_house_alone_has_approved_still_had_a_hand_in_it(clock):
    kss, ldo, author = (UserFactory(house=house) for house in ("KSS", "LDO", "KSS"))
    row = submission(by=author, senders="both")
    changed = {"title": row.title, "senders": "both", "sources": row.sources}

    def write(row, by, text):
        blocks = [{"heading": "", "text": text}]
        clock.now += timedelta(minutes=1)
        return change_submission(row, **changed, blocks=blocks, by=by, seen_hash=row.content_hash)

    row = write(row, ldo, "Alt.")
    row = submit_submission(row, by=author, seen_hash=row.content_hash)
    for approver, hands in ((kss, {ldo, author}), (UserFactory(house="LDO"), {author})):
        clock.now += timedelta(minutes=1)
        approve_submission(row, approver=approver, seen_hash=row.content_hash, is_public_confirmed=True)
        again = write(row, author, f"Alt, {approver.pk}.")
        assert again.hands == {person.pk for person in hands}
        row = submit_submission(again, by=author, seen_hash=again.content_hash)
        approve_submission(row, approver=kss, seen_hash=row.content_hash, is_public_confirmed=True)


def approved(row):
    row = submit_submission(row, by=row.author, seen_hash=row.content_hash, has_checked=True)
    approve_submission(row, approver=UserFactory(), seen_hash=row.content_hash, is_public_confirmed=True)
    row.refresh_from_db()
    return row


def test_an_approval_covers_to_whom_it_goes_and_in_which_case(client, author):
    about = consultation(origin="storting", external_id="7", reference="Prop. 1 L")
    row, handed_in = approved(submission(consultation=about, by=author)), approved(submission(consultation=about))
    mark_delivered(handed_in, on=date(2026, 11, 23), url="", by=author)
    case = dict(document_of(row)["about"])
    assert (case["Til"], case["Sak"]) == (about.held_by, f"Prop. 1 L – {about.title}")

    save_consultation(about, {"held_by": "Finansdepartementet", "title": "Noe annet"}, by=UserFactory())

    row.refresh_from_db()
    assert (row.status, row.approvals.get().voided_at is None) == ("draft", False)
    now = dict(document_of(row)["about"])
    assert (now["Til"], now["Sak"]) == ("Finansdepartementet", "Prop. 1 L – Noe annet")
    line = submission_log(row)[0]
    assert line.text.startswith("The consultation has got another addressee")
    assert line.text.endswith("What was approved is void.")
    assert [name for name, _parts in line.differences] == ["To", "Case"]
    handed_in.refresh_from_db()
    assert dict(document_of(handed_in)["about"]) == case  # as it was delivered
    assert handed_in.status == "approved"
    follow_consultation(Consultation.objects.get())
    assert row.revisions.count() == 2  # the same once more changes nothing
    Consultation.objects.update(state="unknown", answer_by=timezone.now() + timedelta(days=3))
    Submission.objects.filter(pk=handed_in.pk).update(delivered_on=None)
    assert [url for _text, url in today_cards["deadlines"].items(author)] == [about.get_absolute_url()]


def test_whoever_wrote_any_of_it_cannot_approve_it_whoever_submits():
    row, first, second, third = submission(), *(UserFactory() for _editor in "123")
    texts = {"title": row.title, "senders": "kss", "sources": row.sources}
    for by, text in ((first, "Ett."), (second, "To.")):
        blocks = [{"heading": "", "text": text}]
        row = change_submission(row, blocks=blocks, by=by, seen_hash=row.content_hash, **texts)

    row = submit_submission(row, by=row.author, seen_hash=row.content_hash)

    assert row.last_editor == second
    for writer in (row.author, first, second):
        assert not list(today_cards["approve-submissions"].items(writer))
        with pytest.raises(OwnMailing):
            approve_submission(row, approver=writer, seen_hash=row.content_hash, is_public_confirmed=True)
    approve_submission(row, approver=third, seen_hash=row.content_hash, is_public_confirmed=True)
