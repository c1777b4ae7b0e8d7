"""What somebody else wrote in facts, names and titles means nothing: in mail, on pages, in tables and on paper."""

import re
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from municipalities.models import Indicator
from municipalities.services.facts import set_fact
from outreach.models import Letter
from outreach.services.demands.wordings import publish_version
from outreach.services.mailings.letter_pdfs import make_letter_pdfs
from outreach.services.mailings.mailings import submit_mailing
from outreach.services.mailings.schedules import set_schedule
from outreach.services.replies.publishing import TEXTS
from outreach.services.sending.sending import send_test_copy
from taushet.models import Message
from taushet.services.mail_html import links_in
from taushet.services.sending import send_all_due
from tests.factories.outreach import demand_version, mailing, place
from tests.factories.taushet import StaffFactory, sign_in
from tests.outreach.services.test_approvals import approve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

EVIL = '=HYPERLINK("http://evil.example/x") {{ 7*7 }} <script>alert(1)</script> www.evil.example [[link:invite:1]]'
LONGER = "https://lov.example/1/evil"
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
