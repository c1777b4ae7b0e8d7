"""What differs between two texts, word by word, so that a reader sees the comma that moved."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORDS = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST = 20_000  # characters; beyond that a text is shown as replaced


@dataclass(frozen=True)
class Part:
    """A piece of a text: `kept`, `added` or `removed`."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Part]:
    """Return the pieces that make the new text out of the old one."""
    if old == new:
        return [Part("kept", new)] if new else []
    if not old or not new or len(old) + len(new) > 2 * LONGEST:
        return [Part(kind, text) for kind, text in (("removed", old), ("added", new)) if text]
    before, after = WORDS.findall(old), WORDS.findall(new)
    parts = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Part("kept", "".join(before[a:b])))
            continue
        if b > a:
            parts.append(Part("removed", "".join(before[a:b])))
        if d > c:
            parts.append(Part("added", "".join(after[c:d])))
    return parts
