"""Documents as tagged PDF (PDF/UA-1), set by typst from a template under templates/ and plain inputs.

Inputs are strings and stay strings, so nothing a person has written is ever read as markup. The fonts are those typst
brings along and one for emoji, and the date is given, so that the same inputs make the same document. A sign that no
font has is shown as a square: one name must not keep a document from being made.
"""

import json
import re
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from itertools import islice
from typing import Any

import segno
import typst
from django.conf import settings

from taushet.texts import is_no_sign

_one_at_a_time = threading.Lock()  # a compiler serves one thread
FONTS = settings.BASE_DIR / "taushet" / "fonts"
LINE_SIGNS = frozenset("\n\t")
NO_FONT = "could not be displayed"
UNKNOWN_SIGN = "□"
MOST_ASKED = 300  # signs; a text in Chinese has thousands, and each takes milliseconds while others wait
# Every sign before this one is in the fonts.
FIRST_RARE = 0x250
# Marks that make another picture of the sign before them, which a font may lack though it has both.
PICTURE_MARKS = re.compile("[\u200d\u20d0-\u20ff\ufe00-\ufe0f\U000e0020-\U000e007f]")


def make_pdf(
    template: str, inputs: Mapping[str, str], *, made_at: datetime, standards: Sequence[str] = ("ua-1",)
) -> bytes:
    """Return the document. Raises typst.TypstError when the template lacks an input or breaks a standard."""
    inputs = {name: clean(value) for name, value in inputs.items()}
    options = {"pdf_standards": list(standards), "timestamp": int(made_at.timestamp())}
    with _one_at_a_time:
        for mend in (None, without_unknown_signs, without_marks, with_common_signs):
            shown = {name: mend(value) for name, value in inputs.items()} if mend else inputs
            try:
                return _compiler(template).compile(format="pdf", sys_inputs=shown, **options)
            except typst.TypstError as error:
                if NO_FONT not in str(error) or mend is with_common_signs:
                    raise
    raise AssertionError  # the last way returns or raises


def clean(value: str) -> str:
    """Return an input without what is no sign; JSON has its signs as they are, so that they can be looked at."""
    if value.startswith("{"):
        return json.dumps(clean_data(json.loads(value)), ensure_ascii=False)
    return clean_data(value)


def clean_data(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: clean_data(value) for name, value in data.items()}
    if isinstance(data, list):
        return [clean_data(value) for value in data]
    if isinstance(data, str):
        return "".join(sign for sign in data if sign in LINE_SIGNS or not is_unprintable(sign))
    return data


def is_unprintable(sign: str) -> bool:
    return is_no_sign(sign) or unicodedata.category(sign) in {"Cc", "Cs"}


def without_unknown_signs(value: str) -> str:
    """Return an input in which every sign that no font has is a square.

    Of very many different ones the first are asked about; those after them are squares too.
    """
    value = PICTURE_MARKS.sub("", value)
    asked = {sign: None for sign in value if ord(sign) >= FIRST_RARE}
    known = {sign for sign in islice(asked, MOST_ASKED) if _is_in_a_font(sign)}
    return _replace(value, lambda sign: sign not in known)


def without_marks(value: str) -> str:
    """Return it without marks over and under letters either, where those are no letter of their own."""
    return "".join(sign for sign in without_unknown_signs(value) if not unicodedata.combining(sign))


def with_common_signs(value: str) -> str:
    """Return an input with a square for every sign beyond the Latin ones."""
    return _replace(without_marks(value), lambda sign: unicodedata.category(sign)[0] not in "PZ")


def _replace(value: str, is_unknown: Callable[[str], bool]) -> str:
    return "".join(UNKNOWN_SIGN if ord(sign) >= FIRST_RARE and is_unknown(sign) else sign for sign in value)


@lru_cache(maxsize=4096)
def _is_in_a_font(sign: str) -> bool:
    """Whether a sign can be shown; it is set on a page of its own, which takes some milliseconds the first time."""
    try:
        _compiler("sign.typ").compile(format="pdf", sys_inputs={"sign": sign}, pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError:
        return False
    return True


def make_qr_code(text: str, *, scalable: bool = False) -> str:
    """Return a QR code as SVG, to be given to a template as an input; on a web page it is `scalable`.

    The mask is given: trying all eight for the prettiest costs more time than the whole document.
    """
    drawn = BytesIO()
    segno.make(text, error="m", micro=False, mask=4).save(drawn, kind="svg", border=4, xmldecl=False, omitsize=scalable)
    return drawn.getvalue().decode()


@lru_cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(
        str(settings.BASE_DIR / "templates" / template), ignore_system_fonts=True, font_paths=[str(FONTS)]
    )
