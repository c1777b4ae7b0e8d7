"""Names of places: the order Norwegians expect, and what may be typed for them."""

import unicodedata
from collections.abc import Iterable

# Æ, ø and å follow z; the letters of the Sami languages and of Kven stand with the ones they look like. Only
# a–z and 0–9 come out, so SQLite and every PostgreSQL collation order the keys alike: digits stand before letters.
ORDER = str.maketrans(
    {
        "z": "z0",
        "æ": "z1",
        "ä": "z1",
        "ø": "z2",
        "ö": "z2",
        "å": "z3",
        "á": "a",
        "č": "c",
        "đ": "d",
        "ï": "i",
        "ŋ": "n",
        "š": "s",
        "ŧ": "t",
        "ž": "z0",
        " ": "0",
        "-": "0",
    }
)


def sort_key(name: str) -> str:
    """Return a key that puts names in Norwegian order; Aa counts as Å, as in Norwegian place names."""
    key = name.lower().replace("aa", "å").translate(ORDER)
    return "".join(sign for sign in key if sign.isascii() and sign.isalnum())[:80]


def split_official(official_name: str) -> list[str]:
    """Return the names of `Gáivuotna - Kåfjord - Kaivuono`, in their official order."""
    return [name.strip() for name in official_name.split(" - ") if name.strip()]


# What may be typed for a letter that is not on every keyboard; the script of the municipality choice does the same.
TYPED = str.maketrans("æäøöåđŋŧ", "aaooadnt")


def fold(text: str) -> str:
    """Return a text as it is compared in a search: Ål, Aal and Al are the same, and so are Unjárga and Unjarga."""
    letters = unicodedata.normalize("NFD", text.lower().translate(TYPED))
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    bare = bare.replace("aa", "a").replace("ae", "a").replace("oe", "o")
    return " ".join("".join(sign if sign.isalnum() else " " for sign in bare).split())


def answers_to(text: str, number: str, names: Iterable[str]) -> bool:
    """Whether a place with these names is meant by a typed text."""
    typed = fold(text)
    return bool(typed) and (number.startswith(typed) or any(typed in fold(name) for name in names))
