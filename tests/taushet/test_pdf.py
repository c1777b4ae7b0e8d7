import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from taushet import pdf
from taushet.pdf import make_pdf


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Kari 😀 (Ap)", "Kari 😀 (Ap)"),
        ("Takk 👍🏽, \u674e og 1\ufe0f\u20e3", "Takk 👍🏽, □ og 1"),  # a sign and a picture that no font has
        ("a\ufffeb\ud800c\x07d", "abcd"),
        ("q\u20dd x\u0378\U000f0000", "q x□□"),
        ("z\u0335\u0316\u0e01", "z\u0335\u0316□"),
        ('{"a": "\\u0041"} {{ x }}', '{"a": "\\u0041"} {{ x }}'),
    ],
)
def test_no_sign_keeps_a_document_from_being_made(text, shown):
    data = {"title": text, "to": text, "blocks": [[text]], "day": "1.12.2026", "language": "nb"}
    made_at = datetime(2026, 12, 1, tzinfo=UTC)

    made = [make_pdf("outreach/letter.typ", {"data": json.dumps(data)}, made_at=made_at) for _again in range(2)]

    assert made[0] == made[1]
    assert "".join(shown.split()) in "".join(PdfReader(BytesIO(made[0])).pages[0].extract_text().split())


def test_a_text_of_very_many_signs_that_no_font_has_is_made_quickly():
    pdf._is_in_a_font.cache_clear()
    many = "".join(map(chr, range(0x4E00, 0x4E00 + 3000)))
    assert pdf.without_unknown_signs(f"Å{many}") == "Å" + "□" * 3000
    assert pdf._is_in_a_font.cache_info().currsize == pdf.MOST_ASKED
