"""Names and addresses as people write and copy them: out of a mail program, numbered, one a line."""

import re
from collections.abc import Iterator

ADDRESS = re.compile(r"<([^<>@]*@[^<>@]*)>")
INSIDE_ONLY = re.compile(r"</?o=[^<>@]*>", re.IGNORECASE)  # what Exchange calls somebody of the own house
LABEL = re.compile(r"\s*(?:til|kopi|blindkopi|to|cc|bcc):", re.IGNORECASE)  # what stands before a field of addresses
LIST_MARK = re.compile(r"\s*(?:\d{1,3}[.)]|[•·*–-])\s+")
AROUND = " \t,;:<>()\"'"


def is_address_list(text: str) -> bool:
    """Whether these are addresses as mail programs write them, such as "Nordmann, Kari <kari@x.no>; …"."""
    pieces = [piece for piece in re.split(r"[;\r\n]", text) if piece.strip()]
    if pieces and sum(bool(ADDRESS.search(piece)) for piece in pieces) * 2 >= len(pieces):
        return True
    is_one_line = "\n" not in text.strip()
    return is_one_line and (text.count("@") > 1 or (len(pieces) > 1 and all(map(_is_whole_name, pieces))))


def _is_whole_name(piece: str) -> bool:
    """Whether a mail program may have left out the address: first and last name, and nothing else."""
    words = piece.split()
    return len(words) > 1 and not any(sign.isdigit() or sign == "@" for sign in piece)


def addresses(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give name and address of each entry, numbered as they stand."""
    entries = (entry for piece in re.split(r"[;\r\n]", text) for entry in _entries(piece))
    for place, (name, email) in enumerate(entries, 1):
        yield place, [_forename_first(name), email]


def _entries(piece: str) -> Iterator[tuple[str, str]]:
    piece = LABEL.sub("", piece, count=1) if LABEL.match(piece) else piece
    piece = INSIDE_ONLY.sub("", piece).strip(" \t,")
    after = 0
    for match in ADDRESS.finditer(piece):
        yield piece[after : match.start()].strip(" \t,\"'"), bare_address(match[1])
        after = match.end()
    piece = piece[after:].strip(" \t,")
    for rest in piece.split(",") if "@" in piece else [piece]:
        rest = rest.strip(" \t\"'")
        if rest:
            yield ("", rest) if "@" in rest else (rest, "")


def _forename_first(name: str) -> str:
    surname, comma, forename = name.partition(",")
    return f"{forename.strip()} {surname.strip()}" if comma and "," not in forename else name


def name_and_address(line: str) -> list[str]:
    """Part a line that holds both, such as "2. Kari Nordmann – kari@x.no", and take off what numbers it."""
    line = LIST_MARK.sub("", line, count=1) if LIST_MARK.match(line) else line
    words = line.split()
    found = [word for word in words if "@" in word]
    if len(found) != 1 or len(words) == 1:
        return [line]
    name = " ".join(word for word in words if word != found[0])
    return [name.strip(f"{AROUND}–-"), bare_address(found[0])]


def bare_address(text: str) -> str:
    """Return an address without what is often copied along with it."""
    match = ADDRESS.search(text)
    return (match[1] if match else text).strip(AROUND).removeprefix("mailto:")
