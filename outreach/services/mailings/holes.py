"""A last look at a letter: nothing in its wording may be left open.

What is looked at is the wording, with each value shown as its name: a brace in a fact is a sign like any other.
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from taushet.texts import BrokenTemplate

BRACE = re.compile(r"[{}]")
NOTHING = re.compile(r"\b(None|undefined)\b")
GAP = re.compile(r"[ \t]{2}(?=\S)|[ \t][,.;:!?](?:\s|$)", re.MULTILINE)
EMPTY = re.compile(r"[(\[«]\s*[)\]»]")
OPEN = (BRACE, NOTHING, GAP, EMPTY)
AROUND = 20
# What stands in for nothing when a value comes out of a table or another program.
NO_VALUE = frozenset({"", "none", "null", "undefined", "nan", "n/a", "#n/a"})


class Hole(BrokenTemplate):
    """A wording with something left open; the message shows where."""


def hole_in(text: str, *, inert: Iterable[str] = ()) -> str:
    """Return what is open in a text with the words around it, or nothing when it is whole.

    `inert` are values that stand in the text as they are, whatever signs they have.
    """
    for value in sorted(inert, key=len, reverse=True):
        if any(pattern.search(value) for pattern in OPEN):
            text = text.replace(value, "‹…›")
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


def says_nothing(value: str) -> bool:
    """Whether a value is there but says nothing, such as «None»."""
    return value.strip().casefold() in NO_VALUE
