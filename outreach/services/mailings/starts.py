"""How a reminder and a correction begin: they say which letter they are about, and why they come.

Letters exist in the two forms of Norwegian only, so their words are here and not among those of the pages.
"""

from collections.abc import Mapping

from outreach.models import Mailing
from taushet.texts import plain

FORMS = ("nb", "nn")
LONGEST_SUBJECT = 200
REMINDER, ERRATUM = Mailing.Occasion.REMINDER, Mailing.Occasion.ERRATUM
REMINDS = {
    "nb": (
        "Vi skrev til dere {{ sent_on }} og ba om svar. Så langt vi kan se, har vi ikke fått noe.\n\n"
        "Vi ber dere svare på denne e-posten. Trenger dere mer tid, er det fint om dere sier når svaret kommer. "
        "Har dere svart allerede, så si fra, så finner vi det fram.\n\n"
        "Her er det vi ba om, med det vi vet i dag."
    ),
    "nn": (
        "Vi skreiv til dykk {{ sent_on }} og bad om svar. Så langt vi kan sjå, har vi ikkje fått noko.\n\n"
        "Vi ber dykk svare på denne e-posten. Treng de meir tid, er det fint om de seier når svaret kjem. "
        "Har de alt svart, så sei frå, så finn vi det fram.\n\n"
        "Her er det vi bad om, med det vi veit i dag."
    ),
}
CORRECTS = {
    "nb": ("I brevet vi sendte dere {{ sent_on }}, var det en feil.", "Her er brevet slik det skulle vært."),
    "nn": ("I brevet vi sende dykk {{ sent_on }}, var det ein feil.", "Her er brevet slik det skulle ha vore."),
}
# What comes before the subject of the first letter, by what that begins with.
SUBJECTS = {
    ("nb", REMINDER): {"Til ": "Påminnelse til ", "Krav: ": "Påminnelse om krav: ", "": "Påminnelse: "},
    ("nn", REMINDER): {"Til ": "Påminning til ", "Krav: ": "Påminning om krav: ", "": "Påminning: "},
    ("nb", ERRATUM): {"Til ": "Rettelse til ", "Krav: ": "Rettelse av krav: ", "": "Rettelse: "},
    ("nn", ERRATUM): {"Til ": "Retting til ", "Krav: ": "Retting av krav: ", "": "Retting: "},
}


def start_of(occasion: str, origin: Mailing, faults: Mapping[str, str]) -> dict[str, str]:
    """Return the subject and opening of what follows a mailing; `faults` say in each form what was wrong."""
    texts = {}
    for code in FORMS:
        own = getattr(origin, f"opening_{code}").strip() if origin.occasion == Mailing.Occasion.FIRST else ""
        begins = REMINDS[code]
        if occasion == ERRATUM:
            begins = "\n\n".join([CORRECTS[code][0], faults[code].strip(), CORRECTS[code][1]])
        texts[f"opening_{code}"] = "\n\n".join(filter(None, [begins, own]))
        subject = getattr(origin, f"subject_{code}").strip()
        made = subject_of(occasion, subject, code) if subject else ""
        texts[f"subject_{code}"] = made if len(made) <= LONGEST_SUBJECT else ""
    return texts


def subject_of(occasion: str, subject: str, language: str) -> str:
    """Return the subject of a letter, which never is that of the letter it follows."""
    for begins, instead in SUBJECTS.get((language, occasion), {}).items():
        if subject.startswith(begins):
            return instead + subject.removeprefix(begins)
    return subject


def without_start(mailing: Mailing) -> list[str]:
    """Return the forms in which something that follows does not say why it comes.

    The letter to one office about a follow-up says so in the whole of its text.
    """
    if mailing.follow_ups.exists():
        return []
    return [code for code in FORMS if mailing.origin_id and not says_why(mailing.occasion, mailing, code)]


def says_why(occasion: str, texts: Mailing, code: str) -> bool:
    opening = getattr(texts, f"opening_{code}")
    if occasion == ERRATUM:
        for sentence in CORRECTS[code]:
            opening = opening.replace(sentence, "")
        opening = opening.replace(getattr(texts.origin, f"opening_{code}").strip() or "\0", "")
    return any(sign.isalpha() for sign in plain(opening))
