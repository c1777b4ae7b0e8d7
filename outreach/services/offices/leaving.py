"""Whether an automatic answer says that somebody has left for good, and not only that they are away."""

import re

# What people write in Norwegian and English; whole phrases, since "sluttet" alone also ends a meeting.
LEFT = re.compile(
    r"""
    har\s+(?:nå\s+|no\s+)?(?:sluttet|slutta)\b
    | (?:er|jobber|arbeider|jobbar|arbeidar)\s+(?:ikke|ikkje)\s+(?:lenger|lengre|lengere)\b
    | ikk(?:e|je)\s+(?:lenger|lengre)\s+(?:ansatt|tilsett|ordfører|ordførar|representant|medlem|i\s+vervet|her)\b
    | (?:har|er)\s+(?:gått|fratrådt|fratreden)\s*(?:av|ut|fra|frå)?\s*(?:som|vervet|stillingen|stillinga|kommunestyret)
    | fratrådt\b
    | (?:adressen|adressa|kontoen|postkassen)\s+(?:er|blir)\s+(?:ikke|ikkje)\s+(?:lenger|lengre)\s+i\s+bruk
    | no\s+longer\s+(?:work|working|works|employed|with|in\s+use|a\s+member|at)\b
    | (?:has|have)\s+left\s+(?:the\s+)?(?:company|council|municipality|office|organi[sz]ation|position)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def says_left(text: str) -> bool:
    """Return whether a text says that its sender has left; being away until a day is not leaving."""
    return LEFT.search(" ".join(text.split())) is not None
