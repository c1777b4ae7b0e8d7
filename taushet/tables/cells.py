"""Cells of tables that come in, as they can be used."""

import unicodedata


def clean_text(text: str) -> str:
    """Return a cell on one line, composed, without signs that cannot be seen or that turn the reading direction."""
    if text.isascii() and text.isprintable():  # nearly every cell of a large table
        return " ".join(text.split())
    text = unicodedata.normalize("NFC", text)
    seen = "".join(" " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign for sign in text)
    return " ".join("".join(sign for sign in seen if unicodedata.category(sign) not in {"Cf", "Cs", "Co"}).split())
