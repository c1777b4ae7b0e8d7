"""What a letter looks like when it leaves, and from which system it leaves at all."""

import re
from html import unescape
from io import BytesIO

import pytest
from pypdf import PdfReader
from typst import TypstError

from outreach.exceptions import ContentChanged, WrongStatus
from outreach.models import Letter
from outreach.services.mailings import letter_pdfs
from outreach.services.mailings.edits import edit_letter
from outreach.services.mailings.fingerprints import letter_hash
from outreach.services.mailings.letter_pdfs import make_letter_pdfs, pdfs_left
from outreach.services.mailings.mailings import draft_letters, return_mailing, submit_mailing
from outreach.services.mailings.schedules import set_schedule
from outreach.services.sending.production import may_leave_here
from outreach.services.sending.sending import NOT_PRODUCTION, check_letter
from taushet.models import Message, StoredFile
from taushet.services.jobs import run_all_due_jobs
from taushet.services.sending import send_all_due
from tests.factories.outreach import mailing, place, staff
from tests.outreach.services.mailings.test_approvals import approve, approved

pytestmark = [pytest.mark.django_db]


def with_pdfs(*places):
    draft = mailing(*places)
    draft = set_schedule(draft, by=draft.author, embargo_until=None, rate=None, attach_pdf=True)
    return submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)


def test_text_and_html_say_the_same(clock, mailbox):
    approved(place(name="Å<b>&", language_form="nn"))

    send_all_due()

    mail = mailbox.messages[0]
    text, html = (mail.get_body([kind]).get_content() for kind in ("plain", "html"))
    shown = unescape(re.sub(r"<[^>]+>", "", html.partition("<body")[2].partition(">")[2]))
    assert shown.split() == text.split()
    assert "<b>" not in html


def test_a_letter_edited_after_its_pdf_was_made_is_submitted_again_as_it_was_read(clock, mailbox):
    waiting = with_pdfs(place(), place())
    run_all_due_jobs()
    editor = staff("change_mailing")
    letter = waiting.letters.first()

    letter = edit_letter(letter, by=editor, subject="Nytt emne", text=letter.text, seen_hash=letter.content_hash)

    waiting.refresh_from_db()
    assert letter.content_hash == letter_hash(waiting.letters.get(pk=letter.pk))
    again = submit_mailing(waiting, by=editor, seen_hash=waiting.content_hash)
    assert (again.status, pdfs_left(again)) == ("submitted", 2)


def test_a_letter_that_cannot_be_a_pdf_is_held_and_stops_no_other(clock, monkeypatch):
    waiting = with_pdfs(place(name="Asker"), place(name="Bodø"))
    make = letter_pdfs.letter_pdf

    def fail_for_one(letter, mailing):
        if letter.to_name.startswith("Bodø"):
            raise TypstError("no")
        return make(letter, mailing)

    monkeypatch.setattr(letter_pdfs, "letter_pdf", fail_for_one)
    run_all_due_jobs()

    assert pdfs_left(waiting) == 0
    assert [one["why"] for letter in waiting.letters.filter(status="held") for one in letter.held_for] == ["no_pdf"]
    waiting.refresh_from_db()
    approve(waiting)
    waiting.refresh_from_db()
    assert waiting.status == "approved"


def test_pdfs_are_made_once_by_the_worker_and_are_part_of_what_is_approved(clock, mailbox):
    waiting = with_pdfs(place(name="Ålesund"), place())
    before = waiting.content_hash
    with pytest.raises(WrongStatus):
        approve(waiting)
    assert pdfs_left(waiting) == 2

    run_all_due_jobs()
    waiting.refresh_from_db()

    make_letter_pdfs.call(waiting.pk, waiting.submitted_at.isoformat())
    assert (StoredFile.objects.count(), pdfs_left(waiting)) == (2, 0)
    assert waiting.content_hash != before
    with pytest.raises(ContentChanged):
        approve(waiting, seen_hash=before)
    approve(waiting)
    send_all_due()
    for mail in mailbox.messages:
        (attached,) = mail.iter_attachments()
        content = attached.get_content()
        letter = Letter.objects.get(to_email=mail["To"].addresses[0].addr_spec)
        assert (attached.get_content_type(), bytes(letter.pdf.content)) == ("application/pdf", content)
        words = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split()
        assert set(letter.subject.split()) <= set(words)


def test_another_pdf_than_the_approved_one_does_not_leave(clock):
    waiting = with_pdfs(place())
    run_all_due_jobs()
    waiting.refresh_from_db()
    approve(waiting)
    message = Message.objects.get()
    assert check_letter(message).action == "send"

    StoredFile.objects.update(content=b"%PDF-another")
    assert check_letter(message).action == "hold"
    message.attachments.all().delete()
    assert check_letter(message).action == "hold"


def test_pdfs_of_a_mailing_that_was_sent_back_are_made_anew(clock):
    waiting = with_pdfs(place())
    run_all_due_jobs()
    waiting.refresh_from_db()
    draft = return_mailing(waiting, by=staff(), note="Nei.")
    clock.set(2026, 11, 23, 11)

    again = submit_mailing(draft, by=draft.author, seen_hash=draft_letters(draft).content_hash)

    assert pdfs_left(again) == 1
    run_all_due_jobs()
    again.refresh_from_db()
    approve(again)
    assert Letter.objects.get().status == "queued"


@pytest.mark.parametrize(
    ("base_url", "named", "leaves"),
    [
        ("https://taushet.no", "taushet.no", True),
        ("https://taushet.no", "", False),
        ("https://staging.taushet.no", "taushet.no", False),
        ("http://taushet.no", "taushet.no", False),
        ("http://localhost:8000", "localhost", False),
    ],
)
def test_only_the_named_system_sends_letters(clock, mailbox, settings, base_url, named, leaves):
    settings.BASE_URL, settings.PRODUCTION_HOST = base_url, named

    assert may_leave_here("post@kommune.example")
    assert may_leave_here("postmottak@oslo.kommune.no") is leaves
    for wrong in ("DEBUG", "DEMO"):
        setattr(settings, wrong, True)
        assert not may_leave_here("postmottak@oslo.kommune.no")
        setattr(settings, wrong, False)


def test_a_copy_with_production_data_and_mail_switched_on_by_mistake_sends_no_letter(clock, mailbox):
    sent = approved(place())
    Letter.objects.update(to_email="postmottak@oslo.kommune.no")
    letter = Letter.objects.select_related("mandate").get()
    letter.mandate.email = letter.to_email
    letter.mandate.save()
    Letter.objects.update(content_hash=letter_hash(letter))
    Message.objects.update(to_email=letter.to_email)

    send_all_due()

    assert mailbox.messages == []
    assert (sent.letters.get().status, Message.objects.get().state_reason) == ("stayed", NOT_PRODUCTION)
