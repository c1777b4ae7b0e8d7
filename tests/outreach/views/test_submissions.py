"""Submissions: drafted from demands, figures and facts, approved as they stand, and delivered by a person."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.translation import override, pgettext
from docx import Document

from municipalities.services.facts import set_fact
from outreach.exceptions import ContentChanged, WrongStatus
from outreach.models import Commitment, LegalHook, Submission
from outreach.services.consultations.consultations import save_consultation
from outreach.services.consultations.submission_approvals import approve_submission, mark_delivered
from outreach.services.consultations.submission_log import submission_log
from outreach.services.consultations.submissions import (
    change_submission,
    submit_submission,
)
from outreach.services.demands.wordings import publish_version
from outreach.services.replies.publishing import TEXTS
from taushet.forms.request_keys import new_request_key
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


def test_a_delivery_is_put_right_and_taken_back_with_a_reason(client, author):
    row = submission(by=author)
    submit_submission(row, by=author, seen_hash=row.content_hash)
    approve_submission(row, approver=UserFactory(), seen_hash=row.content_hash, is_public_confirmed=True)
    correct, take_back = (reverse(f"outreach:delivery_{name}", args=[row.pk]) for name in ("correct", "take_back"))
    right = {"on": "2026-11-23", "url": "https://horing.example/8", "reason": "Feil lenke."}
    assert client.post(correct, right).context["delivery_form"].non_field_errors()  # nothing is delivered yet
    mark_delivered(row, on=date(2026, 11, 23), url="https://horing.example/7", by=author)
    with pytest.raises(WrongStatus):
        mark_delivered(row, on=date(2026, 11, 23), url="", by=author)

    assert "reason" in client.post(correct, right | {"reason": ""}).context["delivery_form"].errors
    assert "on" in client.post(correct, right | {"on": "2026-11-24"}).context["delivery_form"].errors
    assert client.post(correct, right).url == row.get_absolute_url()
    row.refresh_from_db()
    assert (row.delivered_on, row.delivered_url) == (date(2026, 11, 23), right["url"])
    save_consultation(row.consultation, {"title": "Noe annet"}, by=author)
    assert "reason" in client.post(take_back, {}).context["take_back_form"].errors
    client.post(take_back, {"reason": "Bare lagret hos dem."})

    row.refresh_from_db()
    assert (row.delivered_on, row.delivered_url, row.status) == (None, "", "draft")
    assert row.case_title == "Noe annet"  # it follows its consultation again, and what was approved is void
    text = [line.text for line in submission_log(row)]
    assert "The delivery was taken back. Bare lagret hos dem." in text
    assert "The delivery was corrected. Feil lenke." in text
    with override("nb"):
        assert pgettext("status", "Delivered") == "Levert"


def test_the_files_hold_the_text_and_say_draft_until_it_is_approved(client, author):
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

    delivery = {"on": "2026-11-23", "url": "https://horing.example/7"}
    for on, refused in (("2026-11-24", "The day lies in the future."), ("2020-01-01", "It was approved on 23")):
        form = client.post(page("delivered", row), delivery | {"on": on}).context["delivered_form"]
        assert form.errors["on"][0].startswith(refused)
        assert form["url"].value() == delivery["url"]
    client.post(page("delivered", row), delivery)
    row.refresh_from_db()
    assert (row.delivered_on, row.delivered_url) == (date(2026, 11, 23), delivery["url"])
    with pytest.raises(WrongStatus):
        change_submission(
            row, title="Sent", senders="kss", blocks=row.blocks, sources=[], by=author, seen_hash=row.content_hash
        )
