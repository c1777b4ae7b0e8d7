"""What somebody else wrote in facts, names and titles means nothing: in mail, on pages, in tables and on paper."""

import csv
import io
import re
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from pypdf import PdfReader

from municipalities.models import Indicator
from municipalities.services.facts import set_fact
from outreach.models import Body, Commitment, Letter, Reply
from outreach.services.consultations.submissions import change_submission
from outreach.services.demands.wordings import publish_version
from outreach.services.mailings.letter_pdfs import make_letter_pdfs
from outreach.services.mailings.mailings import submit_mailing
from outreach.services.mailings.schedules import set_schedule
from outreach.services.replies.publishing import TEXTS
from outreach.services.replies.sorting import publish_reply, sort_reply
from outreach.services.sending.sending import send_test_copy
from taushet.models import Message
from taushet.services.mail_html import links_in
from taushet.services.sending import send_all_due
from tests.factories.outreach import (
    BodyFactory,
    MandateFactory,
    consultation,
    demand_version,
    mailing,
    place,
    submission,
)
from tests.factories.replies import answer_to, receive, sent_letters
from tests.factories.taushet import StaffFactory, UserFactory, sign_in
from tests.outreach.services.mailings.test_approvals import approve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

EVIL = '=HYPERLINK("http://evil.example/x") {{ 7*7 }} <script>alert(1)</script> www.evil.example [[link:invite:1]]'
LONGER = "https://lov.example/1/evil"
LEADS = ('=HYPERLINK("http://evil.example")', "@SUM(A1)", "+1", "-1", "\t=1", "\tx", "\r=1", "\rx")
WITH_TEXT = (
    "{{ greeting }}\n\nDere har {{ fact.coordinator }} og {{ fact.place }}. {{ note('coordinator') }}"
    "{{ note('place') }}{{ note('lov') }}\n\n- Les https://egen.example/side.\n- Se {{ demand_url }}"
)


def told_by_others(*places):
    """A draft whose wording shows two facts that hold addresses, beside addresses of its own."""
    names = {"name_nb": "Koordinator", "name_nn": "Koordinator", "name_en": "Coordinator"}
    shown = [Indicator.objects.create(key=key, kind="text", **names) for key in ("coordinator", "place")]
    first = demand_version()
    texts = {name: getattr(first, name) for name in TEXTS} | {"letter_nb": WITH_TEXT, "letter_nn": WITH_TEXT}
    version = publish_version(first.demand, texts=texts, hooks=first.hooks.all(), indicators=shown)
    for where in places:
        for indicator, value in zip(shown, (EVIL, LONGER), strict=True):
            set_fact(where, indicator, value=value, observed_on=date(2026, 11, 1), source=f"Http: {EVIL}")
    return mailing(*places, version=version)


def test_an_address_in_a_fact_is_plain_text_in_mail_and_mailbox_and_those_of_the_wording_are_links(
    client, mailbox, settings
):
    author = StaffFactory()
    draft = told_by_others(place(name="Nordvik", plan=None))
    letter = draft.letters.get()
    own = {"https://egen.example/side", "https://lov.example/1", f"{settings.BASE_URL}/krav/krav-1/"}
    copy = send_test_copy(letter, by=author)
    draft = set_schedule(draft, by=draft.author, embargo_until=None, rate=None, attach_pdf=True)
    draft = submit_mailing(draft, by=draft.author, seen_hash=draft.content_hash)
    make_letter_pdfs.call(draft.pk, draft.submitted_at.isoformat())
    draft.refresh_from_db()
    approve(draft)
    sign_in(client, author)
    page = client.get(letter.get_absolute_url()).text.partition("letter-text")[2].partition("</article>")[0]
    pdf = PdfReader(BytesIO(bytes(Letter.objects.get(pk=letter.pk).pdf.content)))

    send_all_due()

    message = Message.objects.get(kind="letter")
    text, html = (mailbox.messages[-1].get_body([kind]).get_content() for kind in ("plain", "html"))
    assert message.state == "sent", message.state_reason
    assert "evil.example/x" in text
    assert "http://evil.example/x" in html
    assert [set(links_in(one)) for one in (html, message.html, copy.html)] == [own] * 3
    assert set(re.findall(r'href="(http[^"]+)"', page)) == own
    assert not any("<script" in one for one in (html, page))
    assert "{{ 7*7 }}" in text
    assert [one for sheet in pdf.pages for one in sheet.get("/Annots") or []] == []
    assert "{{ 7*7 }}" in " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())


def cells(client, address):
    table = b"".join(client.get(address).streaming_content).decode("utf-8-sig")
    _heading, *rows = csv.reader(io.StringIO(table, newline=""), delimiter=";")
    return [cell for row in rows for cell in row]


@pytest.mark.usefixtures("demonstration")
def test_no_table_of_ours_computes_what_somebody_wrote(client):
    staff = sign_in(client, StaffFactory(roles=["administrator"]))
    (letter,) = sent_letters(place(name="@SUM(A1)", number="6101"))
    (reply,) = receive(client, answer_to(letter))
    sort_reply(reply, kind="answer", letters=[letter.pk], how="Ringte", by=staff)
    publish_reply(Reply.objects.get(pk=reply.pk), text=EVIL, speaker="+1", by=staff)
    about = {"reply": reply, "mandate": letter.mandate, "municipality": letter.municipality, "entered_by": staff}
    about |= {"said_on": timezone.localdate(), "demand": letter.demand_version.demand}
    agreed = {"confirmed_by": UserFactory(), "confirmed_at": timezone.now()}
    note = Indicator.objects.create(key="merknad", kind="text", name_nb="M", name_nn="M", name_en="M", fresh_days=1)
    day = {"email_checked_on": date(2026, 11, 1)}
    for number, lead in enumerate(LEADS):
        Commitment.objects.create(**about, **agreed, quote=f"{lead}{number}", speaker=lead)
        office = {"body": BodyFactory(name=f"{lead}{number}", kind=Body.Kind.MINISTRY), "title": lead, "party": lead}
        person = {"politician__first_name": lead, "politician__last_name": lead}
        MandateFactory(**office, **person, email=f"a{number}@k.example", email_source=lead, **day)
        known = place(name=lead, number=f"62{number:02}", plan=None)
        known.facts.create(indicator=note, value=lead, observed_on=date(2026, 1, 1), source=lead)
    held = mailing(*[one.municipality for one in Indicator.objects.get(key="merknad").facts.all()])

    found = {
        name: cells(client, address)
        for name, address in {
            "svar": "/apne-data/svar.csv",
            "lofter": "/apne-data/lofter.csv",
            "brev": reverse("outreach:letter_export", args=[held.pk]),
            "verv": reverse("outreach:politician_csv"),
            "mangler": f"{reverse('municipalities:fact_lack_csv')}?indicator=merknad",
        }.items()
    }

    quoted = {name: sum(cell.startswith("'") for cell in row) for name, row in found.items()}
    assert all(number >= len(LEADS) or name == "svar" for name, number in quoted.items()), quoted
    assert quoted["svar"] == 3
    assert [
        cell for row in found.values() for cell in row if cell.lstrip()[:1] in tuple("=+-@") or cell[:1].isspace()
    ] == []


def test_no_document_of_a_submission_computes_or_links_what_somebody_wrote(client):
    author = sign_in(client, StaffFactory())
    row = submission(by=author, title=EVIL, consultation=consultation(title=EVIL, held_by=EVIL, reference="@SUM(A1)"))
    blocks = [{"heading": lead.strip(), "text": f"A\n{lead}\n\n{lead}"} for lead in (EVIL, *LEADS)]
    texts = {"title": row.title, "senders": "kss", "blocks": blocks, "sources": list(map(str.strip, (EVIL, *LEADS)))}
    row = change_submission(row, by=author, seen_hash=row.content_hash, **texts)

    docx = client.get(reverse("outreach:submission_docx", args=[row.pk])).content
    pdf = PdfReader(BytesIO(client.get(reverse("outreach:submission_pdf", args=[row.pk])).content))

    file = Document(BytesIO(docx))
    shown = EVIL.replace("[[", "[ [")
    assert [part.text for part in file.paragraphs].count(shown) >= 2
    assert "[3] @SUM(A1)" in [part.text for part in file.paragraphs]
    assert not re.findall(r"<w:(?:hyperlink|instrText|fldSimple|script)", file.element.xml)
    assert [one for one in file.part.rels.values() if one.is_external] == []
    assert [one for sheet in pdf.pages for one in sheet.get("/Annots") or []] == []
    text = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
    assert text.count("{{ 7*7 }} <script>alert(1)</script>") >= len(("title", "to", "case", "block", "source"))
