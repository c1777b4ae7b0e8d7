"""Whether a mail says that somebody has left for good, and not only that they are away."""

import re

# What people write of themselves, in Norwegian and English.
MYSELF = re.compile(
    r"""
    \b(?:jeg|eg)\s+(?:
        har\s+(?:\w+\s+)?(?:sluttet|slutta)\b(?!\s+(?:å|med|meg)\b)
        | har\s+(?:\w+\s+)?(?:byttet|bytta|skiftet|skifta)\s+(?:jobb|stilling|arbeid)
        | har\s+(?:\w+\s+)?(?:gått\s+(?:av|ut)|fratrådt|fratreden|trukket\s+meg|trekt\s+meg)\b
        | (?:slutter|sluttar)\s+(?:i\s+(?:stillingen|stillinga|vervet|jobben|kommunen)|som|\d)
        | (?:er|jobber|arbeider|jobbar|arbeidar|sitter|sit)\s+(?:ikke|ikkje)\s+(?:lenger|lengre|lengere)\b
    )
    | \bmin\s+siste\s+(?:arbeidsdag|dag)\b | \bsiste\s+arbeidsdagen\s+min\b
    | \bi\s+(?:no\s+longer\s+work|have\s+left\s+(?:the|my)|am\s+no\s+longer)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# What an automatic answer says of whoever had the address; whole phrases, since "sluttet" alone also ends a meeting.
LEFT = re.compile(
    r"""
    har\s+(?:nå\s+|no\s+)?(?:sluttet|slutta)\b(?!\s+(?:å|med)\b)
    | (?:er|jobber|arbeider|jobbar|arbeidar)\s+(?:ikke|ikkje)\s+(?:lenger|lengre|lengere)\b
    | (?<!har\s)ikk(?:e|je)\s+(?:lenger|lengre)\s+
      (?:ansatt|tilsett|ordfører|ordførar|representant|medlem|i\s+(?:vervet|stillingen|stillinga)|her)\b
    | (?:har|er)\s+(?:gått|fratrådt|fratreden)\s*(?:av|ut|fra|frå)?\s*(?:som|vervet|stillingen|stillinga|kommunestyret)
    | fratrådt\b
    | (?:adressen|adressa|kontoen|postkassen)\s+(?:er|blir)\s+(?:ikke|ikkje)\s+(?:lenger|lengre)\s+i\s+bruk
    | no\s+longer\s+(?:work|working|works|employed|with|in\s+use|a\s+member|at)\b
    | (?:has|have)\s+left\s+(?:the\s+)?(?:company|council|municipality|office|organi[sz]ation|position)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def says_left(text: str, *, by_machine: bool = True) -> bool:
    """Return whether a text says that its sender has left; being away until a day is not leaving.

    A machine speaks of whoever has the address. What a person writes may be about anybody, so only what they say of
    themselves counts.
    """
    text = " ".join(text.split())
    return MYSELF.search(text) is not None or (by_machine and LEFT.search(text) is not None)
