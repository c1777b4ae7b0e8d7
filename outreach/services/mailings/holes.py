"""A last look at a finished letter: nothing in it may be left open."""

import re

from django.utils.translation import gettext as _

BRACE = re.compile(r"[{}]")
NOTHING = re.compile(r"\b(None|undefined)\b")
GAP = re.compile(r"[ \t]{2}(?=\S)|[ \t][,.;:!?](?:\s|$)", re.MULTILINE)
EMPTY = re.compile(r"[(\[«]\s*[)\]»]")
AROUND = 20


def hole_in(text: str) -> str:
    """Return what is open in a text with the words around it, or nothing when it is whole."""
    for pattern, sentence in (
        (BRACE, _("A brace: %(words)s")),
        (NOTHING, _("A value that is not there: %(words)s")),
        (GAP, _("A gap: %(words)s")),
        (EMPTY, _("A gap: %(words)s")),
    ):
        if found := pattern.search(text):
            words = text[max(0, found.start() - AROUND) : found.end() + AROUND]
            return sentence % {"words": f"…{' '.join(words.split())}…"}
    return ""
