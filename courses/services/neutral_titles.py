"""Whether a neutral title keeps its promise: it stands in mail and calendars of people who were promised no more."""

import re
import unicodedata

from courses.models import Course

# Parts of words that tell what the campaign is about, in every language of the pages; the one place they are kept.
TELLING = re.compile(
    r"vold(?!as?\b)|\bvald(?!res|emar)|violen|overgrep|mishand|abuse|assault|krise|crisis|shelter|partner|drap|drep"
    r"|homicid|murder|killing|trussel|trusl|trugsm|threat|stalk|incest|sexual|seksu|tvang|lemlest|\bæres"
    r"|sosial kontroll|menneskehandel|traffick|relasjon|relation|utsatt|utsett|offer\b|\bofre|victim|taushet"
    r"|togn|silence|tar liv|avverg|avverj|barnehus|familievern|domestic|helpline|hjelpelin"
)
# They say only that something is held, so that they may stand in both titles.
OPEN_WORDS = frozenset(
    {
        "kurs",
        "kurset",
        "kursdag",
        "dagskurs",
        "fagdag",
        "samling",
        "seminar",
        "webinar",
        "opplæring",
        "course",
        "training",
    }
)
WORD = re.compile(r"[^\W\d_]{4,}")


def telling_word(title: str, course: Course | None) -> str:
    """Return the first word of a neutral title that can tell what the course is about; empty when none does."""
    title = unicodedata.normalize("NFKC", title)
    if found := TELLING.search(title.casefold()):
        return _whole_word(title, found.start())
    own = _words_of(course) if course else frozenset()
    for word in WORD.findall(title):
        if word.casefold() not in OPEN_WORDS and any(_alike(word.casefold(), other) for other in own):
            return word
    return ""


def _words_of(course: Course) -> frozenset[str]:
    titles = " ".join((course.title_nb, course.title_nn, course.title_en)).casefold()
    return frozenset(WORD.findall(titles)) - OPEN_WORDS


def _alike(word: str, other: str) -> bool:
    """Whether one is the other with an ending, such as kommunen and kommunens."""
    return word.startswith(other) or other.startswith(word)


def _whole_word(title: str, place: int) -> str:
    words = re.finditer(r"\S+", title)
    return next((word[0].strip(".,:;!?«»“”\"'()") for word in words if word.start() <= place < word.end()), title)
