"""What a letter to a person says of the right to be left alone, apart from all else in it (GDPR article 21 (4)).

It is part of the text that is approved, so that mail, PDF and page say the same.
"""

from outreach.models import Mandate

WAY_OUT = {
    "nb": (
        "Vil du ikke ha flere slike brev fra oss? Du har rett til å si nei (personvernforordningen artikkel 21)."
        " Svar på brevet og si det, så skriver vi ikke til deg igjen."
    ),
    "nn": (
        "Vil du ikkje ha fleire slike brev frå oss? Du har rett til å seie nei (personvernforordninga artikkel 21)."
        " Svar på brevet og sei det, så skriv vi ikkje til deg igjen."
    ),
}


def with_way_out(mandate: Mandate | None, text: str, language: str) -> str:
    """Return the text of a letter with how to say no to more, when it goes to a person; a post room cannot say no."""
    if mandate is None or mandate.politician_id is None:
        return text
    return f"{text}\n{WAY_OUT[language]}\n"


def lacks_way_out(mandate: Mandate | None, text: str, language: str) -> bool:
    """Whether a letter to a person does not say how to say no to more."""
    said = " ".join(text.split())
    return mandate is not None and mandate.politician_id is not None and WAY_OUT[language] not in said
