"""Names of places: the order Norwegians expect, and what may be typed for them."""

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
