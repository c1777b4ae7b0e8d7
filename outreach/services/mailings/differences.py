"""What differs between two texts, word by word."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

WORDS = re.compile(r"\s+|[^\W_]+|[\W_]")
LONGEST_EXCERPT = 400
AROUND = 24


class Piece(NamedTuple):
    """A stretch of text that both have, or one: `kind` is same, gone or new, or value when only a value differs."""

    kind: str
    text: str


def compare(old: str, new: str) -> list[Piece]:
    """Return a text as it became another, piece by piece."""
    before, after = WORDS.findall(old), WORDS.findall(new)
    pieces = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(before[a:b])))
            continue
        if a < b:
            pieces.append(Piece("gone", "".join(before[a:b])))
        if c < d:
            pieces.append(Piece("new", "".join(after[c:d])))
    return pieces


def calmed(pieces: list[Piece], values: Iterable[str]) -> list[Piece]:
    """Return the pieces with those that are only values, such as names and numbers, said quietly."""
    words = {word for value in values for word in WORDS.findall(value) if word.strip()}
    calm = []
    for piece in pieces:
        is_value = piece.kind != "same" and all(
            word in words or word.isdigit() or not word.strip() for word in WORDS.findall(piece.text)
        )
        if not is_value:
            calm.append(piece)
        elif piece.kind == "new":
            calm.append(Piece("value", piece.text))
    return calm


def shortened(pieces: list[Piece], *, around: int = AROUND) -> list[Piece]:
    """Return the differences with a few words around each, for a list."""
    short = []
    for number, piece in enumerate(pieces):
        text = piece.text
        if piece.kind == "same" and len(text) > 2 * around + 3:
            head = text[:around] if number else ""
            tail = text[-around:] if number < len(pieces) - 1 else ""
            text = f"{head} … {tail}".strip(" ") if head and tail else f"{head}…" if head else f"…{tail}"
        short.append(Piece(piece.kind, text))
    return short


def excerpt(old: str, new: str) -> str:
    """Return what differs as one line for the log, such as `…en plan[-, -]{+ +}som sier…`."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    line = "".join(marks[piece.kind].format(piece.text) for piece in shortened(compare(old, new)))
    line = " ".join(line.split())
    return line if len(line) <= LONGEST_EXCERPT else f"{line[:LONGEST_EXCERPT]}…"
