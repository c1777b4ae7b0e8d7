"""The pages that steer a mailing and tell a politician what we hold."""

import json
from datetime import date
from io import BytesIO
from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from municipalities.services.facts import set_fact
from outreach.exceptions import WrongStatus
from outreach.models import Letter, Mailing, Objection
from outreach.services.mailings.mailings import submit_mailing
from outreach.services.offices.offices import set_address, set_mayor
from taushet.models import AuditEntry, Message
from taushet.registries import today_cards
from taushet.roles import APPROVER
from taushet.services.delivery import suppress
from taushet.services.sending import send_all_due
from tests.factories.outreach import demand_version, indicators, mailing, place
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approve, approved

pytestmark = [pytest.mark.django_db]


CLOSED, OPENS = "28 November 2026 at 12:00", "30 November 2026 at 08:00"


def plain(text):
    """Return a text with plain spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def page(name, *args):
    return reverse(f"outreach:{name}", args=args)


def test_how_it_is_sent_is_decided_in_the_draft_and_frozen_with_it(client, author, said, clock):
    draft = mailing(place(), author=author)
    form = {"embargo_until": "24.11.2026 09.00", "rate": "600", "attach_pdf": "on"}
    address = page("mailing_sending_update", draft.pk)

    assert "Write at least 1" in client.post(address, form | {"rate": "0"}).content.decode()
    assert "This time has passed" in client.post(address, form | {"embargo_until": "01.11.2026 09.00"}).content.decode()
    answer = client.post(address, form, follow=True)
    draft.refresh_from_db()

    assert (draft.rate, draft.attach_pdf, draft.embargo_until.isoformat()) == (600, True, "2026-11-24T08:00:00+00:00")
    saved = "Saved. It is part of what your colleague approves. The letters leave %s at the earliest."
    assert plain(said(answer)[0]) == saved % "24 November 2026 at 09:00"
    saturday = client.post(address, form | {"embargo_until": "28.11.2026 12.00", "attach_pdf": ""}, follow=True)
    assert plain(said(saturday)[0]) == saved % OPENS
    detail = plain(client.get(draft.get_absolute_url()).text)
    assert CLOSED in detail
    assert f"{OPENS}, when offices open again" in detail
    draft.refresh_from_db()
    waiting = submit_mailing(draft, by=author, seen_hash=draft.content_hash)
    assert "This cannot be done now" in client.post(address, form | {"rate": "1"}).content.decode()

    approver = sign_in(client, StaffFactory(roles=[APPROVER]))
    assert f"Approve 1 letter, which leaves {OPENS}" in plain(client.get(waiting.get_absolute_url()).text)
    approve(waiting, approver=approver)
    assert f"leave {OPENS} at the earliest" in plain(client.get(waiting.get_absolute_url()).text)
    sending = plain(client.get(page("mailing_sending", waiting.pk)).text)
    assert f"wait until {CLOSED}. They go {OPENS}, when offices are open." in sending
    assert "Approved, waits to leave" in client.get(page("mailing_list")).text


def test_pause_resume_and_progress_in_the_browser(client, author, said, mailbox, clock):
    sent = approved(place(), place())
    progress = client.get(page("mailing_sending", sent.pk))
    assert "0 of 2 letters have left." in progress.content.decode()
    assert "2 letters wait" in client.get(page("mailing_pause", sent.pk)).content.decode()
    assert Mailing.objects.get().paused_at is None

    assert said(client.post(page("mailing_pause", sent.pk), follow=True)) == ["The mailing is paused."]
    send_all_due()
    assert (
        "Paused since" in client.get(page("mailing_sending", sent.pk), headers={"hx-request": "true"}).content.decode()
    )
    assert "Paused" in client.get(page("mailing_list")).text
    # One stays, as in a demonstration: every page says that of it, and none that it has left.
    first = sent.letters.first()
    Letter.objects.filter(pk=first.pk).update(status="stayed", settled_at=timezone.now())
    staying = client.get(page("mailing_sending", sent.pk)).text
    assert ("1 of 2 letters have had their turn." in staying, 'value="1"' in staying, "Pace now" in staying) == (
        True,
        True,
        False,
    )
    cancelling = client.get(page("mailing_cancel", sent.pk)).text
    assert ("1 letter has stayed here" in cancelling, "has left already" in cancelling) == (True, False)
    Letter.objects.filter(pk=first.pk).update(status="queued", settled_at=None)
    assert said(client.post(page("mailing_resume", sent.pk), {"rate": "7200"}, follow=True)) == ["The mailing goes on."]
    assert said(client.post(page("mailing_resume", sent.pk), follow=True)) == ["The mailing is not paused."]
    send_all_due()
    assert len(mailbox.messages) == 1
    assert "1 of 2 letters have left." in client.get(page("mailing_sending", sent.pk)).content.decode()
    rate = page("mailing_rate", sent.pk)
    assert rate in client.get(page("mailing_sending", sent.pk)).text
    assert "Write at least 1" in client.post(rate, {"rate": "0"}).text
    for _double_click in range(2):
        assert said(client.post(rate, {"rate": "3600"}, follow=True)) == ["The pace is set."]
    shown = client.get(sent.get_absolute_url()).text
    assert shown.count("The pace was changed. At most 3600 letters an hour.") == 1
    assert "The mailing was resumed. At most 7200 letters an hour." in shown
    assert "1 letter that has not left will not leave. This cannot be undone. 1 letter has left already." in (
        client.get(page("mailing_cancel", sent.pk)).text
    )
    assert "On its way out" in client.get(page("mailing_list")).text
    assert page("mailing_update", sent.pk) not in shown
    refused = client.get(page("mailing_update", sent.pk), follow=True)
    assert said(refused) == ["The sending has begun. You can stop the rest, but not change the letters."]
    still = sent.letters.get(status="queued")
    edit = reverse("outreach:letter_edit", args=[sent.pk, still.pk])
    picks = page("mailing_picks", sent.pk)
    assert (picks in shown, edit in client.get(still.get_absolute_url()).text) == (False, False)
    assert said(client.get(edit, follow=True)) == said(refused)
    picked = client.get(picks, {"q": "a"}).text
    assert (
        "The sending has begun." in picked,
        "drafted anew" in picked,
        'name="q"' in picked.partition("<main")[2],
    ) == ((True, False, False))

    send_all_due()
    for address in (sent.get_absolute_url(), page("mailing_sending", sent.pk), page("mailing_list")):
        text = client.get(address).text
        assert page("mailing_cancel", sent.pk) not in text
        assert "letters an hour</dd>" not in text
        assert "Finished" in text or address == page("mailing_sending", sent.pk)
    for ask in (client.get, client.post):
        refused = ask(page("mailing_cancel", sent.pk), follow=True)
        assert said(refused) == ["No letter waits any longer, so there is nothing to cancel."]
    assert Mailing.objects.get().status == "approved"


def test_a_letter_of_unknown_fate_is_explained_and_a_person_decides(client, author, mailbox, clock):
    sent = approved(place(), place())
    letter, second = sent.letters.order_by("pk")
    Message.objects.update(state="unknown")
    sent.letters.update(status="unknown")

    shown = client.get(page("mailing_sending", sent.pk)).content.decode()

    assert "nobody here knows whether it arrived" in shown
    assert "0 of 2 letters have left." in shown
    assert "2 letters may have left." in shown
    back = f"{page('mailing_sending', sent.pk)}#trenger-deg"
    for way in ("outbox_mark_sent", "outbox_send_again"):
        assert f"{reverse(way, args=[letter.message_id])}?fra={quote(back, safe='/')}" in shown
    decided = client.post(reverse("outbox_send_again", args=[letter.message_id], query={"fra": back}))
    assert decided.url == back
    rest = client.get(page("mailing_sending", sent.pk))
    assert rest.context["progress"].trouble == [second]
    for foreign in ("https://ond.example/", "//ond.example/", "javascript:alert(1)"):
        asked = client.get(reverse("outbox_mark_sent", args=[second.message_id], query={"fra": foreign}))
        assert asked.context["back"] == second.message.get_absolute_url()
    client.post(reverse("outbox_mark_sent", args=[second.message_id], query={"fra": back}))
    assert "nobody here knows" not in client.get(page("mailing_sending", sent.pk)).content.decode()
    send_all_due()
    assert sent.letters.counts() == {"sent": 2}
    log = [(line.text, line.who) for line in client.get(sent.get_absolute_url()).context["log"]]
    assert (f"{letter.place_name}: It was put back to be sent again.", author) in log
    assert (f"{second.place_name}: It had arrived, and was marked as sent.", author) in log


def test_a_reminder_is_made_once_from_a_page_that_asks(client, author, mailbox, clock):
    first = approved(place(), place())
    address = page("mailing_remind", first.pk)
    too_early = client.get(address, follow=True)  # nobody has got it
    assert too_early.redirect_chain[-1][0] == page("mailing_sending", first.pk)
    assert address not in too_early.text
    assert "Nobody has got these letters yet." in too_early.text
    send_all_due()
    assert address in client.get(page("mailing_sending", first.pk)).text
    asked = client.get(address)
    assert "2 offices" in asked.content.decode()
    assert "so the letters are held until 22 December 2026" in plain(asked.text)
    key = asked.context["form"]["request_key"].value()

    for _double_click in range(2):
        client.post(address, {"request_key": key})

    second = Mailing.objects.exclude(pk=first.pk).get()
    assert (second.occasion, second.origin, second.status) == ("reminder", first, "draft")
    assert second.letters.counts() == {"held": 2}
    form = client.get(page("mailing_update", second.pk)).context["form"]
    emptied = {name: form[name].value() or "" for name in form.fields} | {"opening_nb": "", "opening_nn": ""}
    answer = client.post(page("mailing_update", second.pk), emptied)
    assert {"opening_nb", "opening_nn"} <= set(answer.context["form"].errors)


def test_a_correction_is_not_made_before_it_says_what_was_wrong(client, author, mailbox, clock):
    first = approved(place())
    send_all_due()
    address = page("mailing_correct", first.pk)
    answer = {"request_key": client.get(address).context["form"]["request_key"].value(), "fault_nb": "Feil år."}

    refused = client.post(address, answer | {"fault_nn": "{{ greeting }}"})
    assert list(refused.context["form"].errors) == ["fault_nn"]
    assert list(client.post(address, answer).context["form"].errors) == ["fault_nn"]
    dry_run = client.post(address, answer | {"fault_nn": "Feil år."}, follow=True)

    assert "Feil år." in dry_run.text
    letter = Mailing.objects.get(origin=first).letters.get()
    assert (letter.subject, "Feil år." in letter.text) == (f"Rettelse: {first.letters.get().subject}", True)


def test_the_same_letter_to_a_corrected_address_is_put_in_by_one_and_approved_by_another(
    client, author, said, mailbox, clock
):
    sent = approved(place())
    send_all_due()
    letter = sent.letters.get()
    Message.objects.update(state="failed")
    sent.letters.update(status="failed")
    suppress(letter.to_email, "bounce")
    set_address(letter.mandate, email="ny@x.example", source="telefon", checked_on=date(2026, 11, 23), by=None)
    here = (sent.pk, letter.pk)

    assert "Ask a colleague to approve ny@x.example" in client.get(page("letter_redeliver", *here)).content.decode()
    client.post(page("letter_redeliver_propose", *here))
    assert client.post(page("letter_redeliver_approve", *here)).status_code == 403
    approver = sign_in(client, StaffFactory(roles=["approver"]))
    assert approver.has_perm("outreach.approve_mailing")
    assert letter.subject in client.get(page("letter_redeliver", *here)).text  # read before it is approved
    client.post(page("letter_redeliver_approve", *here))
    shown, of_mailing = client.get(letter.get_absolute_url()).text, client.get(sent.get_absolute_url()).text
    assert f"Did not arrive at {letter.to_email}." in shown
    assert page("letter_redeliver", *here) in shown
    assert "A letter was approved for a corrected address." in of_mailing
    for text in (shown, of_mailing):
        assert "ny@x.example" in text
    send_all_due()

    assert sent.letters.get().status == "sent"
    assert mailbox.messages[-1]["To"].addresses[0].addr_spec == "ny@x.example"


def test_a_politician_is_told_everything_and_an_objection_takes_effect(client, author, said, mailbox, clock, settings):
    settings.OUTREACH_QUIET_DAYS = 0
    municipality = place(name="Ålesund")
    values = {"party": "Ap", "source": "nettsiden", "checked_on": date(2026, 11, 1), "by": None}
    mandate = set_mayor(municipality, first_name="<b>Kari", last_name="Øyen", email="kari@x.example", **values)
    sent = approved(municipality, recipient="mayor")
    politician, letter = mandate.politician, sent.letters.get()

    shown = client.get(page("politician_told", politician.pk)).content.decode()
    told = json.loads(client.get(page("politician_told_json", politician.pk)).content)
    pdf = client.get(page("politician_told_pdf", politician.pk))

    assert "&lt;b&gt;Kari" in shown
    assert "<b>Kari" not in shown
    assert told["person"]["last_name"] == "Øyen"
    assert [office["address"] for office in told["offices"]] == ["kari@x.example"]
    assert [one["text"] for one in told["letters"]] == [letter.text]
    assert len(told["what_we_do_with_it"]) == 8
    paper = " ".join(text.extract_text() for text in PdfReader(BytesIO(pdf.content)).pages)
    assert "kari@x.example" in paper
    assert AuditEntry.objects.filter(action="politician.told", actor=author).count() == 3

    drafted = mailing(municipality, recipient="mayor", version=demand_version(2), author=author)
    here = page("politician_detail", politician.pk)
    object_page, lift_page = page("politician_object", politician.pk), page("politician_object_withdraw", politician.pk)
    assert object_page in client.get(here).text
    asked = client.get(object_page).text
    assert "1 letter in the outbox is held at once." in asked
    assert "1 letter that is drafted or waits for approval stays behind" in asked
    client.post(object_page, {"note": "Vil ikke."})
    assert "An objection of this person stands already." in client.post(object_page, {"note": "Nei"}, follow=True).text
    send_all_due()
    assert mailbox.messages == []
    assert Objection.objects.get().recorded_by == author
    assert "Has asked not to get letters" in client.get(here).text
    assert "Wants no letters" in client.get(page("recipient_detail", municipality.pk)).text
    assert "Vil ikke." in client.get(page("politician_told", politician.pk)).content.decode()
    draft = client.get(drafted.get_absolute_url())
    assert ("1 letter will not go" in draft.text, draft.context["ready"]) == (True, 0)
    assert "Wants no letters" in draft.text
    assert "It will not go" in client.get(drafted.letters.get().get_absolute_url()).text
    assert "There is nothing to decide." in client.get(page("mailing_sending", sent.pk)).text
    release = client.get(reverse("outbox_release", args=[letter.message_id])).text
    assert "held again at once: The recipient has asked not to get letters from us." in release
    assert [card for card in ("trouble", "mail") if list(today_cards[card].items(author))] == []
    assert "1 letter that was held stays held." in client.get(lift_page).text
    client.post(lift_page)
    assert Objection.objects.get().withdrawn_at is None
    client.post(lift_page, {"why": "Svarte ja."})
    assert (Objection.objects.get().withdrawn_by, Objection.objects.get().withdrawn_why) == (author, "Svarte ja.")
    assert "1 letter was held while the person wanted none" in client.get(here).text


def test_an_approver_sees_how_far_the_pdfs_have_come(client, author, clock):
    draft = mailing(place(), author=author)
    client.post(page("mailing_sending_update", draft.pk), {"attach_pdf": "on"})
    draft.refresh_from_db()
    waiting = submit_mailing(draft, by=author, seen_hash=draft.content_hash)

    assert "1 letter is still being made as PDF." in client.get(page("mailing_sending", waiting.pk)).content.decode()
    with pytest.raises(WrongStatus):
        approve(waiting)


def test_the_pages_name_the_fact_that_has_changed_before_its_letter_leaves(client, author, clock):
    corrected = place(name="Ålesund")
    sent = approved(corrected, place())
    set_fact(corrected, indicators()[0], value="yes", observed_on=date(2026, 11, 20), source="Ringt")

    for address in (sent.get_absolute_url(), page("mailing_sending", sent.pk)):
        shown = client.get(address).content.decode()
        assert "1 letter says something that has changed" in shown
        assert "Action plan: No → Yes" in shown
