"""Documents as tagged PDF (PDF/UA-1), set by typst from a template under templates/ and plain inputs.

Inputs are strings and stay strings, so nothing a person has written is ever read as markup. The fonts are those typst
brings along, and the date is given, so that the same inputs make the same document.
"""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from io import BytesIO

import segno
import typst
from django.conf import settings

_one_at_a_time = threading.Lock()  # a compiler serves one thread


def make_pdf(
    template: str, inputs: Mapping[str, str], *, made_at: datetime, standards: Sequence[str] = ("ua-1",)
) -> bytes:
    """Return the document. Raises typst.TypstError when the template lacks an input or breaks a standard."""
    with _one_at_a_time:
        return _compiler(template).compile(
            format="pdf", sys_inputs=dict(inputs), pdf_standards=list(standards), timestamp=int(made_at.timestamp())
        )


def make_qr_code(text: str, *, scalable: bool = False) -> str:
    """Return a QR code as SVG, to be given to a template as an input; on a web page it is `scalable`.

    The mask is given: trying all eight for the prettiest costs more time than the whole document.
    """
    drawn = BytesIO()
    segno.make(text, error="m", micro=False, mask=4).save(drawn, kind="svg", border=4, xmldecl=False, omitsize=scalable)
    return drawn.getvalue().decode()


@lru_cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(str(settings.BASE_DIR / "templates" / template), ignore_system_fonts=True)
