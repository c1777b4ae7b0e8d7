"""Names of people as lists from outside write them."""

import unicodedata

# What stands in names beside letters.
IN_NAMES = frozenset(" -.'’‐‑")
AROUND = ' ,;"“”«»*'


def is_name(text: str) -> bool:
    """Whether a text can be a name: letters, and nothing that a mail program or a spreadsheet acts on."""
    return text.replace(" ", "").isalpha() or (
        any(sign.isalpha() for sign in text)
        and all(sign in IN_NAMES or unicodedata.category(sign)[0] in {"L", "M"} for sign in text)
    )


def name_key(text: str) -> str:
    """Return what two spellings of the same name have in common."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join("".join(" " if sign in "-‐‑." else sign for sign in text).split())


def split_name(name: str) -> tuple[str, str]:
    """Return first and last name of `Nordmann, Kari` or `Kari Nordmann`."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(AROUND), last.strip(AROUND)
    first, _space, last = name.strip(AROUND).rpartition(" ")
    return first, last
