"""Text as it may stand in an e-invoice, and the few sentences that stand in it by themselves."""

import re
import unicodedata

from django.utils.translation import gettext, override

from courses.services.invoice_documents import Document, DocumentKind

FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2 "Char"
LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")


def clean_line(text: str) -> str:
    """Return text on one line, without what XML 1.0 cannot hold and without space at its ends."""
    return " ".join(clean_text(text).split())


def clean_text(text: str) -> str:
    """Return text whose lines are kept, without what XML 1.0 cannot hold and without space at its ends."""
    text = FORBIDDEN.sub("", LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(lines).strip()


def credit_terms(document: Document) -> str:
    """Return the terms of a credit note that has none of its own, since one of terms and due date is wanted (BR-CO-25).

    In the language of the document.
    """
    if document.kind != DocumentKind.CREDIT_NOTE or document.due_on or not document.refers_to:
        return ""
    with override(document.language):
        return gettext("The amount is taken off invoice %(number)s.") % {"number": document.refers_to}
