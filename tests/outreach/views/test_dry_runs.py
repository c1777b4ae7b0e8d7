"""The pages of a mailing before it leaves: count, progress, differences, choosing by hand, editing, CSV and print."""

import csv
import io
import re
from dataclasses import replace
from html import unescape

import pytest
from django.urls import reverse

from outreach.models import Approval, DraftRun, Letter, Mailing, Mandate
from outreach.services.mailings import drafting
from outreach.services.mailings.edits import edit_letter, fingerprint_of
from outreach.services.mailings.mailings import change_mailing, plan_of
from taushet.models import Message
from taushet.roles import APPROVER, CAMPAIGN
from taushet.services.jobs import run_all_due_jobs
from tests.factories.outreach import MandateFactory, demand_version, mailing, place
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approve, submitted
from tests.outreach.services.mailings.test_drafting import mayor
from tests.outreach.views.test_mailings import NEW, fields, go, open_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HOSTILE = "<script>alert(1)</script>, «Kåre» <x@y> 😀 \u202e\r\nBcc: x@y " + "æ" * 300


def test_the_form_counts_while_it_is_filled_in_and_by_a_button(client, author):
    whole, lacking, version = place(), place(address=False), demand_version()
    asked = fields(version, whole, lacking)

    part = client.post(reverse("outreach:audience_count"), asked, headers={"HX-Request": "true"})
    page = client.post(NEW, open_form(client) | asked | {"count": "1"})
    nobody = client.post(reverse("outreach:audience_count"), fields(version))
    national = client.post(reverse("outreach:audience_count"), {"level": "national", "national_roles": ["minister"]})

    for response in (part, page):
        count = response.context["count"]
        assert (count.offices, count.places_without, count.goes) == (1, 1, 1)
        assert "1 letter can go" in response.text
    assert part.text.strip().startswith('<div id="audience-count"')
    assert (nobody.context["count"], national.context["count"].offices) == (None, 0)
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"level": "planet"}, ["level"]),
        ({"roles": []}, ["roles"]),
        ({"roles": ["keiser"]}, ["roles"]),
        ({"level": "national"}, ["demand", "national_roles"]),
        ({"indicator": "finnes-ikke"}, ["indicator"]),
        ({"indicator": "action-plan", "indicator_is": "equals"}, ["indicator_value"]),
        ({"opening_nb": "{{ greeting }}"}, ["opening_nb", "opening_nn"]),
        ({"opening_nb": "Hei", "opening_nn": "{% for a in b %}"}, ["opening_nn"]),
        ({"closing_nb": "Hei"}, ["closing_nn"]),
        ({"senders": "both", "language_rule": "one"}, ["language_rule"]),
        ({"bodies": ["x"]}, ["bodies"]),
    ],
)
def test_what_is_wrong_with_an_audience_or_a_text_is_told(client, author, changes, wrong):
    response = client.post(NEW, open_form(client) | fields(demand_version(), place()) | changes)

    assert sorted(response.context["form"].errors) == wrong
    assert not Mailing.objects.exists()


def test_several_demands_keep_their_order_and_none_comes_twice(client, author):
    one, two, somewhere = demand_version(1), demand_version(2), place()
    asked = fields(two, somewhere, demand_2=one.pk, opening_nb="Hei", opening_nn="Hei")

    twice = client.post(NEW, open_form(client) | asked | {"demand_3": one.pk})
    empty = client.post(NEW, open_form(client) | asked | {"title": "", "municipalities": []})
    assert list(re.findall(r'href="#id_(title|municipalities)', empty.text)) == ["title", "municipalities"]
    client.post(NEW, open_form(client) | asked)

    assert twice.context["form"].non_field_errors() == ["The same demand is chosen twice."]
    made = Mailing.objects.get()
    assert made.versions == [two, one]
    opened = client.get(go(made, "mailing_update")).context["form"]
    assert (opened["demand"].value(), opened["demand_2"].value()) == (two.pk, one.pk)


def test_a_large_mailing_shows_how_far_it_has_come(client, author, monkeypatch):
    monkeypatch.setattr(drafting, "AT_ONCE", 1)
    client.post(NEW, open_form(client) | fields(demand_version(), place(), place(plan=None)))
    made = Mailing.objects.get()
    page = client.get(made.get_absolute_url())
    DraftRun.objects.update(done=1)
    progress = client.get(go(made, "mailing_progress"), headers={"HX-Request": "true"})
    run_all_due_jobs()
    after = client.get(go(made, "mailing_progress"), headers={"HX-Request": "true"})

    assert (go(made, "mailing_progress") in page.text, go(made, "mailing_submit") in page.text) == (True, False)
    assert "1 of 2 letters are drafted." in progress.text
    assert after.headers["HX-Refresh"] == "true"
    assert client.get(go(made, "mailing_progress")).url == made.get_absolute_url()
    assert go(made, "mailing_submit") in client.get(made.get_absolute_url()).text


def test_recipients_are_put_in_and_taken_out_by_hand(client, author, said):
    asker = place(name="Asker")
    draft = mailing(asker)
    chosen = mayor(asker, "ordforer@a.example", last_name="Bråten")
    page = client.get(go(draft, "mailing_picks"), {"q": "bråten asker"})
    assert [(mandate.pk, is_in) for mandate, is_in in page.context["found"]] == [(chosen.pk, False)]

    def press(name, mandate, seen=None):
        seen = seen or client.get(go(draft, "mailing_picks")).context["seen_form"].initial
        return client.post(reverse(f"outreach:{name}", args=[draft.pk, mandate.pk]), seen, follow=True)

    stale = page.context["seen_form"].initial
    change_mailing(draft, replace(plan_of(draft), texts={"opening_nb": "Hei.", "opening_nn": "Hei."}), by=author)
    for seen in (stale, {"seen_hash": ""}, {"seen_hash": "x"}):
        assert said(press("pick_add", chosen, seen)) != ["Put in. The letters are drafted anew."]
    assert draft.picks.count() == 0

    assert said(press("pick_add", chosen)) == ["Put in. The letters are drafted anew."]
    assert (draft.letters.count(), Mailing.objects.get().opening_nb) == (2, "Hei.")
    press("pick_drop", Mandate.objects.get(role="mailbox"))
    assert [letter.mandate for letter in draft.letters.all()] == [chosen]
    press("pick_undo", chosen)
    draft.refresh_from_db()
    assert (draft.letters.count(), draft.last_editor, draft.picks.count()) == (0, author, 1)
    assert press("pick_add", MandateFactory()).status_code == 200


def test_a_letter_is_edited_on_its_page_and_shown_as_such(client, author, said):
    waiting = submitted(place(), place())
    approve(waiting)
    letter = waiting.letters.first()
    url = reverse("outreach:letter_edit", args=[waiting.pk, letter.pk])
    asked = {"subject": letter.subject, "seen_hash": fingerprint_of(letter)}

    wrong = client.post(url, asked | {"text": "Kjære {{ navn }}"})
    same = client.post(url, asked | {"text": letter.text}, follow=True)
    waiting.refresh_from_db()
    assert (said(same), waiting.status) == (["Nothing was changed."], "approved")
    saved = client.post(url, asked | {"text": letter.text.replace("Plan: nei", "Plan, nei")}, follow=True)

    assert wrong.context["form"].errors == {
        "text": ["Take this away, or write what should stand there. A brace: …Kjære {{ navn }}…"]
    }
    again = "The mailing is a draft again: it has to be submitted and approved once more."
    assert said(saved) == [f"The letter is saved, and shown as edited by hand. {again}"]
    assert (f"{waiting.get_absolute_url()}#send-inn" in saved.text, "no longer holds" in saved.text) == (True, True)
    assert 'id="send-inn"' in client.get(waiting.get_absolute_url()).text
    assert "edited by hand" in saved.text
    assert Approval.objects.get().voided_at is not None
    waiting.refresh_from_db()
    assert (waiting.status, waiting.last_editor) == ("draft", author)
    listed = client.get(waiting.get_absolute_url(), {"sort": "edited"})
    assert [row.is_edited for row in listed.context["page"]] == [True]
    edited = listed.context["page"][0]
    back = client.post(
        reverse("outreach:letter_edit_drop", args=[waiting.pk, edited.pk]),
        {"seen_hash": fingerprint_of(edited)},
        follow=True,
    )
    assert said(back) == ["The letter says what the draft says again."]
    assert not Letter.objects.exclude(edited_at=None).exclude(status="cancelled").exists()


def test_whoever_edited_cannot_approve_by_a_crafted_request_nor_through_the_administration(client, clock):
    editor = sign_in(client, StaffFactory(roles=[CAMPAIGN, APPROVER], is_superuser=True, is_staff=True))
    draft = mailing()
    letter = draft.letters.get()
    text = letter.text.replace("Plan: nei", "Plan, nei")
    asked = {"subject": letter.subject, "text": text, "seen_hash": fingerprint_of(letter)}
    client.post(reverse("outreach:letter_edit", args=[draft.pk, letter.pk]), asked)
    draft.refresh_from_db()
    client.post(go(draft, "mailing_submit"), {"seen_hash": draft.content_hash})
    draft.refresh_from_db()

    client.post(
        go(draft, "mailing_approve"),
        {"seen_hash": draft.content_hash, "is_public_confirmed": "on", "approver": 1, "author": 1, "last_editor": 1},
    )
    through_admin = [
        client.post(reverse(f"admin:outreach_{name}", args=args), {"status": "approved"}).status_code
        for name, args in (("approval_add", []), ("mailing_change", [draft.pk]), ("letter_change", [letter.pk]))
    ]

    assert (draft.status, draft.last_editor) == ("submitted", editor)
    assert through_admin == [403, 403, 403]
    assert (Approval.objects.count(), Message.objects.count()) == (0, 0)
    assert Mailing.objects.get().status == "submitted"


def test_hostile_names_and_facts_are_inert_on_page_paper_and_in_the_table(client, author):
    asker = place(name='=HYPERLINK("x")')
    mayor(asker, "ordforer@a.example", first_name="Å.", last_name=HOSTILE[:70], party="Ap")
    draft = mailing(asker, recipient="mayor")
    letter = draft.letters.get()

    pages = [
        client.get(address).text
        for address in (
            draft.get_absolute_url(),
            letter.get_absolute_url(),
            go(draft, "mailing_print"),
            go(draft, "mailing_variants"),
        )
    ]
    table = b"".join(client.get(go(draft, "letter_export")).streaming_content).decode("utf-8-sig")

    assert letter.status == "ready"
    assert (len(letter.to_name) <= 120, letter.to_name.endswith("(Ap)")) == (True, True)
    assert not any(sign in letter.text + letter.to_name for sign in ("\r", "\u202e"))
    assert not any("<script>alert" in page for page in pages)
    rows = list(csv.reader(io.StringIO(table), delimiter=";"))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1])


def test_letters_of_one_text_or_one_reason_are_found(client, author):
    draft = mailing(place(name="A", plan="yes"), place(name="B"), place(name="C", plan=None))
    groups = client.get(go(draft, "mailing_variants")).context["groups"]

    def shown(**asked):
        return [letter.municipality.name for letter in client.get(draft.get_absolute_url(), asked).context["page"]]

    assert [group.number for group in groups] == [1, 1]
    assert shown(variant=groups[1].key) == [groups[1].example.municipality.name]
    assert shown(why="fact_missing") == ["C"]
    assert shown(why="no_address") == []
    assert shown(why="finnes-ikke") == ["A", "B", "C"]


def test_a_letter_edited_by_hand_is_a_text_of_its_own_and_never_the_example_of_others(client, author):
    draft = mailing(place(name="A"), place(name="B"), place(name="C", plan="yes"), place(name="D", plan=None))
    first, _second, alone, held = draft.letters.order_by("municipality__name")
    for letter, words in ((first, "Plan: mangler"), (alone, "Plan: finst")):
        edit_letter(
            letter,
            subject="Eit anna emne",
            text=letter.text.replace("Plan: nei", words).replace("Plan: ja", words),
            by=author,
            seen_hash=fingerprint_of(letter),
        )

    page = client.get(go(draft, "mailing_variants"))
    groups = page.context["groups"]
    listed = client.get(draft.get_absolute_url(), {"variant": groups[0].key}).context["page"]

    assert [(group.number, group.example.place_name, group.is_edited) for group in groups] == [
        (1, "B", False),
        (1, "A", True),
        (1, "C", True),
    ]
    assert [letter.place_name for letter in listed] == ["B"]
    marked = [[piece.text for piece in group.pieces if piece.kind == "new"] for group in groups]
    assert (marked[0], "mangler" in marked[1], "finst" in marked[2]) == ([], True, True)
    assert "Eit anna emne" in "".join(piece.text for piece in groups[1].pieces if piece.kind != "gone")
    assert page.text.count("edited by hand") >= 2
    assert "Text 2" not in page.text

    paper = client.get(go(draft, "mailing_print"))
    main = paper.text.partition("<main")[2]
    assert ([letter.place_name for letter in paper.context["edited"]], main.count("edited by hand")) == (["A", "C"], 2)
    assert ("<strong>D</strong>" in main, held.held_reasons[0] in unescape(main)) == (True, True)
