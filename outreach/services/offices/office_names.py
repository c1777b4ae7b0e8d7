"""Names of people as lists from outside write them."""

import re
import unicodedata

from django.utils.translation import gettext as _

# What stands in names beside letters.
IN_NAMES = frozenset(" -.'’‐‑«»")
AROUND = ' ,;"“”«»*'
BRACKETED = re.compile(r"(?:^|\s)[(\[]([^()\[\]]*)[)\]](?=[\s,]|$)")
ADDRESS = re.compile(r"\s*<\s*(?:mailto:)?([^<>\s@]+@[^<>\s@]+)\s*>\s*")
QUOTED = re.compile(r"[\"“”„]([^\"“”„]+)[\"“”„]")


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


def take_apart(text: str) -> tuple[str, list[str], str]:
    """Return the name, what stands in brackets, and the address of `Å. Øyen (Ap) <aa@alver.kommune.no>`."""
    addresses = ADDRESS.findall(text)
    text = ADDRESS.sub(" ", text) if len(addresses) == 1 else text
    bracketed = [words.strip() for words in BRACKETED.findall(text) if words.strip()]
    text = BRACKETED.sub(" ", text).strip()
    if len(text) > 1 and QUOTED.fullmatch(text):
        text = text[1:-1]
    # What somebody is called by, as Norwegian writes it: Kari «Kaia» Nordmann.
    text = QUOTED.sub(r"«\1»", text)
    return " ".join(text.split()), bracketed, addresses[0].lower() if len(addresses) == 1 else ""


def fault_of_name(name: str) -> str:
    """Return what is wrong with a name, in words for whoever put in the list; empty when nothing is."""
    if is_name(name):
        return ""
    wrong = [sign for sign in name if sign not in IN_NAMES and unicodedata.category(sign)[0] not in {"L", "M"}]
    if not wrong:
        return _("The name has no letters.")
    signs = " ".join(dict.fromkeys(wrong[:5]))
    return _("The name holds “%(signs)s”, which does not belong in a name. Correct it in the list.") % {"signs": signs}
