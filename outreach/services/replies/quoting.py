"""What the sender of a mail wrote, apart from what stands in it of earlier mail.

Many answer point by point between the lines of the letter, so that what follows a quoted line is not all quoted.
"""

import re

GAP = "[…]"  # between two pieces of the sender's own, where earlier mail stood
WRAPPED = 60  # a quoted line as long as this may go on, unmarked, in the next one

MARKED = re.compile(r"\s*>")
# «Den 3. mai 2026 kl. 10:11 skrev Kari Ås <…>:», «On … wrote:»; one with no figure may be a sentence of the sender.
WROTE = re.compile(r"\s*(?:Den|På|On)\s.{0,200}\b(?:skrev|wrote)\b.{0,200}:\s*$", re.IGNORECASE)
DIVIDER = re.compile(
    r"\s*-{2,}\s*(?:Opprinnelig melding|Opphavleg melding|Original Message|Videresendt|Vidaresend|Forwarded message)",
    re.IGNORECASE,
)
FROM = re.compile(r"\s*\*?(?:Fra|Frå|From):\*?\s", re.IGNORECASE)
SENT = re.compile(r"\s*\*?(?:Sendt|Sent|Dato|Date|Til|To):\*?\s", re.IGNORECASE)
FIELD = re.compile(r"\s*\*?[\wæøåÆØÅ-]{2,12}:\*?(?:\s|$)")


def split_quoted(text: str) -> tuple[str, str]:
    """Return what the sender wrote, and the mail from where it begins to quote.

    Pieces of the sender's own that had earlier mail between them stand apart by `GAP`, so that they are not read, or
    quoted, as one.
    """
    lines = text.split("\n")
    is_quoted = _quoted(lines)
    if True not in is_quoted:
        return text.strip(), ""
    pieces: list[list[str]] = [[]]
    for line, quoted in zip(lines, is_quoted, strict=True):
        if not quoted:
            pieces[-1].append(line)
        elif pieces[-1]:
            pieces.append([])
    own = [piece for lines_of in pieces if (piece := "\n".join(lines_of).strip())]
    return f"\n\n{GAP}\n\n".join(own), "\n".join(lines[is_quoted.index(True) :]).strip()


def _quoted(lines: list[str]) -> list[bool]:
    """Whether each line is from earlier mail."""
    found = [False] * len(lines)
    number = 0
    while number < len(lines):
        length = _head_length(lines, number)
        if length:
            after = _next_written(lines, number + length)
            if after is None or not MARKED.match(lines[after]):
                found[number:] = [True] * (len(lines) - number)
                break
            found[number : number + length] = [True] * length
            number += length
            continue
        found[number] = bool(MARKED.match(lines[number])) or _goes_on(lines, number, found)
        number += 1
    return found


def _head_length(lines: list[str], number: int) -> int:
    """Return how many lines introduce earlier mail here, 0 when none does."""
    line = lines[number]
    if DIVIDER.match(line):
        return 1 + _fields_after(lines, number + 1)
    if FROM.match(line):
        after = lines[number + 1 : number + 3]
        return 1 + _fields_after(lines, number + 1) if any(SENT.match(one) for one in after) else 0
    for length in (1, 2):
        said = " ".join(one.strip() for one in lines[number : number + length])
        after = _next_written(lines, number + length)
        is_marked = after is not None and MARKED.match(lines[after])
        if WROTE.match(said) and (is_marked or re.search(r"\d", said)):
            return length
    return 0


def _fields_after(lines: list[str], number: int) -> int:
    start = number
    while number < len(lines) and (FIELD.match(lines[number]) or (number == start and not lines[number].strip())):
        number += 1
    return number - start


def _next_written(lines: list[str], number: int) -> int | None:
    return next((place for place in range(number, len(lines)) if lines[place].strip()), None)


def _goes_on(lines: list[str], number: int, found: list[bool]) -> bool:
    """Whether a line is the rest of a quoted one that a mail program has broken in two."""
    if not 0 < number < len(lines) - 1 or not lines[number].strip():
        return False
    return found[number - 1] and len(lines[number - 1]) >= WRAPPED and bool(MARKED.match(lines[number + 1]))
