"""One letter changed by hand: what it is held against, who may approve it, and what a new draft does to it."""

import pytest

from municipalities.services.facts import set_fact
from outreach.exceptions import AlreadyLeft, BrokenLetter, ContentChanged, OwnMailing, WrongStatus
from outreach.models import Approval, Letter
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.differences import compare, excerpt
from outreach.services.mailings.drafting import draft_letters
from outreach.services.mailings.edits import drop_edit, edit_letter, fingerprint_of
from outreach.services.mailings.fingerprints import letter_hash, schedule_parts
from outreach.services.mailings.history import history
from outreach.services.mailings.mailings import submit_mailing
from outreach.services.offices.offices import set_mayor
from taushet.models import AuditEntry, Message
from tests.factories.outreach import demand_version, indicators, mailing, place, staff
from tests.outreach.conftest import MONDAY
from tests.outreach.services.mailings.test_approvals import approve, approved, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def edit(letter, by=None, **changes):
    values = {"subject": letter.subject, "text": letter.text, "seen_hash": fingerprint_of(letter)}
    return edit_letter(letter, by=by or staff("change_mailing"), **values | changes)


def test_one_comma_after_approval_voids_it_and_the_log_shows_the_difference():
    sent = approved(place(), place())
    letter = sent.letters.first()
    editor = staff("change_mailing", "approve_mailing")
    before = sent.content_hash

    edited = edit(letter, by=editor, text=letter.text.replace("Plan: nei", "Plan, nei"))

    sent.refresh_from_db()
    assert (sent.status, sent.last_editor, sent.content_hash != before) == ("draft", editor, True)
    assert Approval.objects.get().voided_at is not None
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
    assert (edited.pk != letter.pk, edited.status, edited.is_edited) == (True, "ready", True)
    assert sent.letters.counts() == {"cancelled": 2, "ready": 2}
    assert AuditEntry.objects.get(action="letter.edited").detail["changes"]["text"].count("[-:-]{+,+}") == 1
    told = history(sent)[0].text
    assert ("[-:-]{+,+}" in told, told.startswith(f"{edited.place_name}: ")) == (True, True)

    waiting = submit_mailing(sent, by=sent.author, seen_hash=sent.content_hash)
    assert "Plan, nei" in waiting.letters.get(pk=edited.pk).text
    approve(waiting)
    assert "Plan, nei" in Message.objects.get(state="queued", to_email=edited.to_email).text


def test_whoever_edits_a_waiting_letter_is_its_last_editor_and_cannot_approve():
    waiting = submitted(place())
    editor = staff("approve_mailing")
    edit(waiting.letters.get(), by=editor, subject="Et annet emne")
    waiting.refresh_from_db()
    again = submit_mailing(waiting, by=editor, seen_hash=waiting.content_hash)

    assert not again.can_be_approved_by(editor)
    with pytest.raises(OwnMailing):
        approve_mailing(again, approver=editor, seen_hash=again.content_hash, is_public_confirmed=True)


def test_a_new_draft_keeps_or_drops_what_was_written_as_asked():
    asker = place()
    draft = mailing(asker)
    edit(draft.letters.get(), subject="Mitt emne")

    generated = f"Krav til {asker.name} på bokmål"
    draft_letters(draft)
    kept = draft.letters.get()
    assert (kept.subject, kept.drafted_subject, kept.status) == (
        "Mitt emne",
        generated,
        "ready",
    )

    draft_letters(draft, keeps_edits=False)
    assert (draft.letters.get().subject, draft.letters.get().is_edited) == (f"Krav til {asker.name} på bokmål", False)


def test_an_edited_letter_whose_facts_have_changed_is_held_until_somebody_has_read_it():
    asker = place(plan="no")
    draft = mailing(asker)
    edit(draft.letters.get(), subject="Mitt emne")
    set_fact(asker, indicators()[0], value="yes", observed_on=MONDAY.date(), source="Møtebok")

    draft_letters(draft)
    held = draft.letters.get()
    assert (held.status, [one["why"] for one in held.held_for]) == ("held", ["edit_outdated"])
    assert ("Plan: nei" in held.text, "Plan: ja" in held.drafted_text) == (True, True)
    draft_letters(draft)
    assert draft.letters.get().status == "held"

    edit(held, text=held.text.replace("nei", "ja"))
    assert draft.letters.get().status == "ready"
    draft_letters(draft)
    assert draft.letters.get().status == "ready"


def test_dropping_an_edit_gives_the_draft_back():
    draft = mailing()
    before = draft.content_hash
    edited = edit(draft.letters.get(), subject="Mitt emne")

    letter = drop_edit(edited, by=draft.author, seen_hash=fingerprint_of(edited))

    draft.refresh_from_db()
    assert (letter.is_edited, letter.drafted_text, draft.content_hash) == (False, "", before)
    assert letter_hash(Letter.objects.get()) == letter.content_hash


@pytest.mark.parametrize(
    "text", ["{{ navn }}", "Kjære None", "Gap  her", "", "[[link:booking:1]]", "[[linkbooking]]", "x" * 20_001]
)
def test_what_cannot_be_sent_cannot_be_written(text):
    letter = mailing().letters.get()

    with pytest.raises(BrokenLetter):
        edit(letter, text=text)

    assert not Letter.objects.get().is_edited


def test_a_letter_from_both_houses_still_has_to_say_so():
    letter = mailing(version=demand_version(letter="{{ greeting }} {{ senders }}"), senders="both").letters.get()

    with pytest.raises(BrokenLetter):
        edit(letter, text="Hei\n")


def test_a_letter_to_a_person_still_says_how_to_get_no_more():
    town = place()
    person = {"first_name": "Kari", "last_name": "Ås", "party": "Ap", "email": "kari@k.example"}
    set_mayor(town, **person, source="nett", checked_on="2026-11-01", by=None)
    to_mayor, to_room = (mailing(town, recipient=role).letters.get() for role in ("mayor", "mailbox"))
    with pytest.raises(BrokenLetter, match="siste avsnittet"):
        edit(to_mayor, text="Hei.")
    assert edit(to_mayor, text=to_mayor.text.replace("Plan", "Planen")).is_edited
    assert edit(to_room, text="Hei.").is_edited


def test_hostile_signs_are_taken_away_and_the_rest_means_nothing():
    letter = mailing().letters.get()

    edited = edit(letter, subject="Krav\r\nBcc: x@y.example", text="=HYPERLINK(1)\r\n\u202e<script>\x07 😀\n")

    assert edited.subject == "Krav Bcc: x@y.example"
    assert edited.text == "=HYPERLINK(1)\n<script> 😀\n"


def test_two_people_do_not_edit_a_letter_over_each_other():
    letter = mailing().letters.get()
    seen = fingerprint_of(letter)
    edit(letter, subject="Først")

    with pytest.raises(ContentChanged):
        edit(letter, subject="Så", seen_hash=seen)


def test_what_is_held_or_has_left_is_not_edited():
    with pytest.raises(WrongStatus):
        edit(mailing(place(plan=None)).letters.get(), subject="a")
    sent = approved(place(), place())
    first, second = sent.letters.all()
    Message.objects.filter(pk=first.message_id).update(state="sent")
    Letter.objects.filter(pk=first.pk).update(status="sent")

    with pytest.raises(WrongStatus):
        edit(first, subject="a")
    with pytest.raises(AlreadyLeft):
        edit(second, subject="a")
    assert Message.objects.get(pk=second.message_id).state == "queued"


def test_a_mailing_without_anything_special_has_no_more_to_approve_than_before():
    assert schedule_parts(mailing()) == {}


def test_differences_are_told_word_by_word():
    assert compare("en plan som", "en plan, som") == [("same", "en plan"), ("new", ","), ("same", " som")]
    assert excerpt("a" * 90 + " b", "a" * 90 + " c") == f"…{'a' * 23} [-b-]{{+c+}}"
