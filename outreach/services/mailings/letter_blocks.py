"""How the letters of several demands become one: what belongs at the end of a letter stands there once."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

GREETED = re.compile(r"\A\s*\{\{-?\s*greeting\s*-?\}\}[^\S\n]*\n+")
FAREWELL = re.compile(r"^Med venn(?:lig hilsen|leg helsing)\b.*\Z", re.MULTILINE | re.DOTALL)
PARAGRAPHS = re.compile(r"\n(?:[ \t]*\n)+")
# The heading, in both forms of Norwegian, under which our demands ask for an answer.
ANSWER = "Svar til oss"
OPENS, CLOSES = re.compile(r"\{%-?\s*if\b"), re.compile(r"\{%-?\s*endif\b")
ABOUT_PLACE = re.compile(r"\bfact\.|\bnote\(")
# Two closing paragraphs this much alike say the same thing.
ALIKE = 0.6
# What a subject says before the matter of its demand, such as «Til Alver kommune: krav om ».
HEAD = re.compile(r"\A.*?:\s+(?:krav om\s+)?")


@lru_cache(maxsize=64)
def block_of(source: str) -> str:
    """Return a demand's letter without its own greeting and farewell, to stand among others."""
    return FAREWELL.sub("", GREETED.sub("", source)).strip()


@lru_cache(maxsize=64)
def split_letters(sources: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[int, str], ...]]:
    """Return the demands' letters without what closes them, and the closing paragraphs of them all, each once.

    A closing paragraph comes with the position of its demand. What is under «Svar til oss», or stands word for word at
    the end of another demand too, closes; a paragraph that needs a fact or a source never does.
    """
    letters = [PARAGRAPHS.split(block_of(source)) for source in sources]
    bodies, closing = [], []
    for position, paragraphs in enumerate(letters):
        others = {text for number, other in enumerate(letters) if number != position for text in other}
        start = closing_start(paragraphs, others)
        bodies.append("\n\n".join(paragraphs[:start]))
        closing += [
            (position, text)
            for text in paragraphs[start:]
            if not any(is_alike(text, kept) for _position, kept in closing)
        ]
    return tuple(bodies), tuple(closing)


def closing_start(paragraphs: Sequence[str], others: set[str]) -> int:
    """Return where the closing of a letter begins; the first paragraph is never part of it."""
    start = len(paragraphs)
    if ANSWER in paragraphs[1:]:
        start = len(paragraphs) - 1 - paragraphs[::-1].index(ANSWER)
    while start > 1 and paragraphs[start - 1] in others:
        start -= 1
    tail = "\n\n".join(paragraphs[start:])
    is_closed = len(OPENS.findall(tail)) == len(CLOSES.findall(tail))
    return start if is_closed and not ABOUT_PLACE.search(tail) else len(paragraphs)


def is_alike(one: str, other: str) -> bool:
    return one == other or SequenceMatcher(None, one, other, autojunk=False).ratio() > ALIKE


def joined_subject(subjects: Sequence[str], *, longest: int) -> str:
    """Return one subject that names two demands, or nothing when theirs cannot be put together."""
    heads = [found.group() if (found := HEAD.match(subject)) else "" for subject in subjects]
    if len(subjects) != 2 or not heads[0] or heads[0] != heads[1] or subjects[0] == subjects[1]:
        return ""
    between = " og om " if heads[0].rstrip().endswith("krav om") else ", og "
    made = f"{subjects[0]}{between}{subjects[1].removeprefix(heads[1])}"
    return made if len(made) <= longest else ""


def listed(parts: Sequence[str]) -> str:
    """Return parts as a sentence names them: «a, b og c»."""
    return " og ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
