"""Submissions: drafted from demands, figures and facts, approved as they stand, and delivered by a person."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from docx import Document

from municipalities.services.facts import set_fact
from outreach.exceptions import ContentChanged, NotAsWritten, NotYourTurn, OwnMailing, WrongStatus
from outreach.models import Commitment, Consultation, Demand, LegalHook, Submission, SubmissionApproval
from outreach.services.consultations.consultations import save_consultation
from outreach.services.consultations.submission_approvals import approve_submission, mark_delivered
from outreach.services.consultations.submission_files import document_of
from outreach.services.consultations.submission_grounds import changed_counts
from outreach.services.consultations.submission_log import submission_log
from outreach.services.consultations.submissions import (
    change_submission,
    follow_consultation,
    submit_submission,
)
from outreach.services.demands.wordings import publish_version
from outreach.services.replies.publishing import TEXTS
from taushet.forms.request_keys import new_request_key
from taushet.registries import today_cards
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outreach import consultation, demand_version, indicators, mailing, submission
from tests.factories.replies import commitment_with_file, reply_with_file
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def page(name, row):
    return reverse(f"outreach:submission_{name}", args=[row.pk])


def text_of(row):
    return "\n".join(f"{block['heading']}\n{block['text']}" for block in row.blocks)


def edited(row, text):
    """What the form of blocks posts, with the text of the last block changed."""
    values = {
        "title": row.title,
        "senders": row.senders,
        "sources": "\n".join(row.sources),
        "seen_hash": row.content_hash,
        "versions": list(row.demand_versions.values_list("pk", flat=True)),
    }
    for index, block in enumerate(row.blocks):
        values |= {f"heading_{index}": block["heading"], f"text_{index}": block["text"]}
    return values | {f"text_{len(row.blocks) - 1}": text}


def test_a_draft_is_made_from_demands_figures_and_what_is_known(client, author):
    version = demand_version()
    figure = LegalHook.objects.create(
        key="tall",
        kind="report",
        citation_nb="Rapport",
        citation_nn="Rapport på nynorsk",
        url="https://tall.example/",
        meaning_nb="I 2024 var det 9.",
        meaning_nn="I 2024 var det 9 i alt.",
    )
    plan = indicators()[0]
    for value in ("yes", "no", "yes"):
        set_fact(MunicipalityFactory(), plan, value=value, observed_on=date(2026, 11, 1), source="Nettsiden")
    MunicipalityFactory()
    about = consultation()
    values = {"title": "Vårt innspill", "language": "nn", "senders": "kss", "versions": [version.pk]}

    values |= {"figures": [figure.pk], "indicators": [plan.pk], "request_key": new_request_key("submission")}
    for _click in range(2):
        client.post(page("create", about), values)

    row = Submission.objects.get()
    text = text_of(row)
    assert "title nn\nsummary nn\n\nDette kravet stiller vi til kommunane.\n\ntext nn\n\nKravet byggjer på [1]." in text
    assert "I 2024 var det 9 i alt [2]." in text
    assert (
        "Handlingsplan på nynorsk: Av 4 kommunar veit vi at svaret er ja i 2 og nei i 1. For 1 veit vi det ikkje"
        in text
    )
    assert row.sources == ["Lova § 1. https://lov.example/1", "Rapport på nynorsk. https://tall.example/"]
    assert list(row.demand_versions.all()) == [version]


def test_a_source_stands_at_its_claim_and_each_address_has_one_number():
    about = {"kind": "report", "url": "https://tall.example/", "meaning_nn": "Tal."}
    hooks = [
        LegalHook.objects.create(key=key, citation_nb=cited, citation_nn=cited, **about | values)
        for key, cited, values in (
            ("tall", "Tall § 1", {"meaning_nb": "I 2022 brukte de 79 kroner."}),
            ("mer", "Tall § 2", {"meaning_nb": "Mer."}),
            ("plikt", "Loven", {"url": "https://lov.example/"}),
            ("stille", "Stille", {"url": "https://stille.example/"}),
        )
    ]
    old = demand_version()
    letter = (
        "{{ greeting }}\n\nI {{ municipality }} var det 79 kroner per innbygger i 2022 {{ note('tall') }}. "
        'Loven sier at hjelpen skal finnes {{ note("plikt") }}.\n'
        "Den skal finnes også i {{ municipality }} {{ note('stille') }}.\n\n"
        "Krisesentrene sprikte mest {{ note('mer') }}."
    )
    text = (
        "Hva kommunene bruker, er ulikt. I 2022 brukte de 79 kroner per innbygger. Mest sprikte krisesentrene.\n\n"
        "Vi ber kommunen om:\n\n1. Å bruke 79 kroner per innbygger i 2022"
    )
    texts = {name: getattr(old, name) for name in TEXTS} | {"text_nb": text, "letter_nb": letter, "letter_nn": letter}
    version = publish_version(old.demand, texts=texts, hooks=hooks, indicators=[])

    row = submission(version=version, figures=hooks[:1])

    assert row.blocks[1]["text"].split("\n\n", 2)[2] == (
        "Hva kommunene bruker, er ulikt. I 2022 brukte de 79 kroner per innbygger [1]. "
        "Mest sprikte krisesentrene [1].\n\n"
        "Vi ber kommunene om:\n\n1. Å bruke 79 kroner per innbygger i 2022\n\n"
        "Loven sier at hjelpen skal finnes [2].\n\nKravet bygger på [3]."
    )
    assert row.sources == [
        "Tall § 1; Tall § 2. https://tall.example/",
        "Loven. https://lov.example/",
        "Stille. https://stille.example/",
    ]
    assert "Tall" not in [block["heading"] for block in row.blocks]  # the demand has told the figure


def test_a_promise_that_two_people_agree_on_is_told_word_for_word():
    version = demand_version()
    before = text_of(submission(version=version))
    reply, letters = reply_with_file(), mailing(version=version)
    promise = commitment_with_file(reply, letters)
    about = {name: getattr(promise, name) for name in ("mandate", "speaker", "said_on", "demand", "entered_by")}
    Commitment.objects.create(reply=reply, quote="Dette venter ennå.", **about)

    told = text_of(submission(version=version))

    assert promise.quote not in before
    assert f"Det politikere har lovet\n«{promise.quote}» ({promise.speaker}, " in told
    assert "Dette venter ennå." not in told


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


def test_who_wrote_what_one_house_alone_has_approved_still_had_a_hand_in_it():
    kss, ldo, author = (UserFactory(house=house) for house in ("KSS", "LDO", "KSS"))
    row = submission(by=author, senders="both")
    changed = {"title": row.title, "senders": "both", "sources": row.sources}

    def write(row, by, text):
        blocks = [{"heading": "", "text": text}]
        return change_submission(row, **changed, blocks=blocks, by=by, seen_hash=row.content_hash)

    row = write(row, ldo, "Alt.")
    row = submit_submission(row, by=author, seen_hash=row.content_hash)
    for approver, hands in ((kss, {ldo, author}), (UserFactory(house="LDO"), {author})):
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


@pytest.mark.parametrize("at", ["draft", "submitted", "approved"])
def test_what_leans_on_what_no_longer_holds_goes_no_further(client, author, at):
    figure = LegalHook.objects.create(
        key="tall",
        kind="report",
        citation_nb="Rapport",
        citation_nn="Rapport",
        url="https://tall.example/",
        meaning_nb="9",
        meaning_nn="9",
    )
    row, approver = submission(by=author, figures=[figure]), UserFactory()
    seen = {"seen_hash": row.content_hash}
    if at != "draft":
        row = submit_submission(row, by=author, **seen)
    if at == "approved":
        approve_submission(row, approver=approver, is_public_confirmed=True, **seen)
        row.refresh_from_db()

    def go_on():
        if at == "draft":
            return submit_submission(row, by=author, **seen)
        if at == "submitted":
            return approve_submission(row, approver=approver, is_public_confirmed=True, **seen)
        return mark_delivered(row, on=date(2026, 11, 23), url="", by=author)

    about = {"status_on": date(2026, 11, 1), "status_reason_nb": "x", "status_reason_nn": "x"}
    for break_it, mend_it, word in (
        (
            lambda: Demand.objects.update(status="withdrawn", **about),
            lambda: Demand.objects.update(status="active"),
            "Demand 1 is met or withdrawn",
        ),
        (
            lambda: LegalHook.objects.exclude(pk=figure.pk).update(valid_to=date(2026, 1, 1)),
            lambda: LegalHook.objects.update(valid_to=None),
            "is not in force",
        ),
        (
            lambda: LegalHook.objects.filter(pk=figure.pk).update(valid_to=date(2026, 11, 23)),
            lambda: LegalHook.objects.update(valid_to=None),
            "Rapport is not in force",
        ),
    ):
        break_it()
        with pytest.raises(NotAsWritten, match=word):
            go_on()
        assert word in client.get(row.get_absolute_url()).text
        assert document_of(row)["draft"]
        mend_it()
    go_on()


def test_numbers_that_have_changed_are_read_again_and_notes_and_quotes_have_to_hold(client, author, said):
    plan = indicators()[0]
    town = MunicipalityFactory()
    set_fact(town, plan, value="no", observed_on=date(2026, 11, 1), source="Nettsiden")
    row = submission(by=author)
    set_fact(town, plan, value="yes", observed_on=date(2026, 11, 20), source="Nettsiden")
    seen = {"seen_hash": row.content_hash}

    assert "yes 1, no 0 (the text was written with 0 and 1)" in client.get(row.get_absolute_url()).text
    refused = client.post(page("submit", row), seen, follow=True)
    assert said(refused)[0].startswith("Read the text against what is counted now:")
    client.post(page("submit", row), seen | {"has_checked": "on"})
    row.refresh_from_db()
    assert (row.status, changed_counts(row)) == ("submitted", [])
    assert row.content_hash != seen["seen_hash"]
    set_fact(town, plan, value="no", observed_on=date(2026, 11, 21), source="Nettsiden")
    read = {"approver": UserFactory(), "seen_hash": row.content_hash, "is_public_confirmed": True}
    with pytest.raises(NotAsWritten):
        approve_submission(row, **read)
    approve_submission(row, **read, has_checked=True)
    row.refresh_from_db()

    changed = {"title": row.title, "senders": "kss", "sources": ["Loven."], "by": author}
    text = [{"heading": "", "text": "Dette er et krav [1] [4]. Vi lover."}]
    row = change_submission(row, blocks=text, seen_hash=row.content_hash, **changed)
    commitment_with_file(reply_with_file(), mailing(version=row.demand_versions.get()))
    with pytest.raises(NotAsWritten, match=re.escape("points at [4]")):
        submit_submission(row, by=author, seen_hash=row.content_hash, has_checked=True)
    text = [{"heading": "", "text": "De skriver: «Vi lover.» [1]"}]
    row = change_submission(row, blocks=text, seen_hash=row.content_hash, versions=[], **changed)
    assert not row.demand_versions.exists()
    assert [name for name, _parts in submission_log(row)[0].differences] == ["Demands", "Block 1"]
    Commitment.objects.update(hidden_at=timezone.now())
    with pytest.raises(NotAsWritten, match="quotes a promise"):
        submit_submission(row, by=author, seen_hash=row.content_hash, has_checked=True)


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


def test_two_who_edit_do_not_write_over_each_other(client):
    row, by = submission(), UserFactory()
    same = {"title": "Ny", "senders": "kss", "blocks": row.blocks, "sources": row.sources, "by": by}
    change_submission(row, seen_hash=row.content_hash, **same)

    with pytest.raises(ContentChanged):
        change_submission(row, seen_hash=row.content_hash, **same | {"title": "Annen"})
    row.refresh_from_db()
    assert (row.title, row.last_editor, row.revisions.count()) == ("Ny", by, 2)

    sign_in(client, StaffFactory())
    mine = edited(row, "Min egen tekst.") | {"seen_hash": "0" * 64, "title": "Min"}
    kept = client.post(page("update", row), mine)
    assert "Min egen tekst." in kept.text
    assert [name for name, _parts in kept.context["others"]] == ["Title", f"Block {len(row.blocks)}"]
    again = mine | {"seen_hash": kept.context["form"]["seen_hash"].value()}
    assert client.post(page("update", row), again).url == row.get_absolute_url()


def test_the_files_hold_the_text_and_say_draft_until_it_is_approved(client, author, said):
    row = submission(by=author, title="Innspill {{ }} <script> #pagebreak()")
    row = change_submission(
        row,
        title=row.title,
        senders="kss",
        by=author,
        seen_hash=row.content_hash,
        sources=["Lov #1"],
        blocks=[{"heading": "Krav =HYPERLINK()", "text": "Første.\n\n1. En *ting*\n2. To"}],
    )
    draft = [part.text for part in Document(BytesIO(client.get(page("docx", row)).content)).paragraphs]
    assert "Utkast, ikke godkjent" in draft
    submit_submission(row, by=author, seen_hash=row.content_hash)
    approve_submission(row, approver=UserFactory(), seen_hash=row.content_hash, is_public_confirmed=True)

    file = Document(BytesIO(client.get(page("docx", row)).content))
    pdf = client.get(page("pdf", row))

    texts = [part.text for part in file.paragraphs]
    assert texts[0] == "Innspill {{ }} <script> #pagebreak()"
    assert "1. En *ting*\n2. To" in texts
    assert "[1] Lov #1" in texts
    assert "Utkast, ikke godkjent" not in texts
    assert [part.style.name for part in file.paragraphs if part.text == "Krav =HYPERLINK()"] == ["Heading 2"]
    assert file.core_properties.language == "nb-NO"
    assert 'w:val="nb-NO"' in file.styles.element.xml
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["Content-Type"] == "application/pdf"

    response = client.post(page("delivered", row), {"on": "2026-11-24"}, follow=True)
    assert said(response) == ["The day lies in the future."]
    client.post(page("delivered", row), {"on": "2026-11-23", "url": "https://horing.example/7"})
    row.refresh_from_db()
    assert (row.delivered_on, row.delivered_url) == (date(2026, 11, 23), "https://horing.example/7")
    with pytest.raises(WrongStatus):
        change_submission(
            row, title="Sent", senders="kss", blocks=row.blocks, sources=[], by=author, seen_hash=row.content_hash
        )
