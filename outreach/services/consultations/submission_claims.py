"""Which source a claim in a demand stands on: the letter of the demand marks it, the public text says the same."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-ZÆØÅ«{])")
NOTE = re.compile(r"\s*\{\{\s*note\(\s*[\"']([\w-]+)[\"']\s*\)\s*\}\}")
TAG = re.compile(r"\{%.*?%\}")
ITEM = re.compile(r"\d+\.\s|[-•*]\s")
LEANING = re.compile(r"(Den|Det|De|Dei|Han|Ho|Hun)\b|.*\bi (dem|dei)\.?$")  # says nothing without what stood before it
WORD = re.compile(r"\d+|\w{4,}")
ALIKE = 0.5  # of the words of a claim, found in a sentence: below that they say different things


@dataclass(frozen=True)
class Claim:
    """A sentence of a letter with the keys of what it cites."""

    text: str
    keys: tuple[str, ...]

    @property
    def is_for_all(self) -> bool:
        """Whether it can be said anywhere: it names no place and leans on no sentence before it."""
        return "{{" not in self.text and not LEANING.match(self.text)


def claims_in(letter: str, keys: Iterable[str]) -> list[Claim]:
    """Return the sentences of a letter that cite one of these keys, in their order."""
    wanted, found = set(keys), []
    for line in TAG.sub("", letter).splitlines():
        for sentence in SENTENCE.split(line.strip()):
            cited = tuple(key for key in NOTE.findall(sentence) if key in wanted)
            if cited:
                found.append(Claim(NOTE.sub("", sentence).strip(), cited))
    return found


def put_notes(text: str, claims: Iterable[Claim], notes: dict[str, str]) -> tuple[str, list[Claim]]:
    """Put the number of each source behind the sentence that says what it supports.

    Returns the text, and the claims that no sentence of it makes. `notes` gives the mark of each key.
    """
    lines = [[line] if ITEM.match(line.strip()) else SENTENCE.split(line) for line in text.splitlines()]
    places = [
        (row, at) for row, line in enumerate(lines) for at in range(len(line)) if not ITEM.match(line[at].strip())
    ]
    marks: dict[tuple[int, int], list[str]] = {}
    unsaid = []
    for claim in claims:
        row, at = max(places, key=lambda place: likeness(claim.text, lines[place[0]][place[1]]), default=(0, 0))
        if not places or likeness(claim.text, lines[row][at]) < ALIKE:
            unsaid.append(claim)
            continue
        marks.setdefault((row, at), []).extend(notes[key] for key in claim.keys)
    for (row, at), numbers in marks.items():
        lines[row][at] = with_marks(lines[row][at], numbers)
    return "\n".join(" ".join(line) for line in lines), unsaid


def with_marks(sentence: str, numbers: Iterable[str]) -> str:
    """Put marks before the point that ends a sentence, each once."""
    body, end = (sentence[:-1], sentence[-1]) if sentence[-1:] in ".!?:" else (sentence, "")
    return f"{body} {''.join(dict.fromkeys(numbers))}{end}"


def likeness(claim: str, sentence: str) -> float:
    """Return which part of the words of a claim a sentence holds."""
    words = set(WORD.findall(claim.lower()))
    return len(words & set(WORD.findall(sentence.lower()))) / len(words) if words else 0
