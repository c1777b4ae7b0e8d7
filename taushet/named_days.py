"""Days that a Norwegian text names, such as “innen 1. mai 2027”: found to ask about, never to decide by."""

import calendar
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")
MONTH = (
    r"(jan(?:uar)?|feb(?:ruar)?|mars|apr(?:il)?|mai|jun[i]?|jul[i]?|aug(?:ust)?|sept?(?:ember)?|okt(?:ober)?"
    r"|nov(?:ember)?|des(?:ember)?)\b\.?"
)
YEAR = r"(20\d\d)\b"
DAY_OF_MONTH = re.compile(rf"\b(\d{{1,2}})\.?\s*{MONTH}(?:\s+{YEAR})?", re.IGNORECASE)
OF_NUMBERS = re.compile(rf"\b(\d{{1,2}})[./](\d{{1,2}})[./]{YEAR}")
AS_ISO = re.compile(rf"\b{YEAR[:-2]}-(\d\d)-(\d\d)\b")
MONTH_ALONE = re.compile(rf"\b{MONTH}\s+{YEAR}", re.IGNORECASE)
YEAR_ALONE = re.compile(rf"\b(?:innen|i|før|av|våren|sommeren|høsten|hausten|vinteren)\s+{YEAR}", re.IGNORECASE)


def last_day_named(text: str, said_on: date) -> date | None:
    """Return the latest day that a text names, None when it names none; a month or a year stands for its last day.

    A day without a year is the next such day after the text was written, on `said_on`.
    """
    return max(_days(text, said_on), default=None)


def _days(text: str, said_on: date) -> Iterator[date]:
    for day, month, year in DAY_OF_MONTH.findall(text):
        number = MONTHS.index(month[:3].lower()) + 1
        for one in [int(year)] if year else [said_on.year, said_on.year + 1]:
            with suppress(ValueError):
                found = date(one, number, int(day))
                if year or found >= said_on:
                    yield found
                    break
    for day, month, year in OF_NUMBERS.findall(text):
        with suppress(ValueError):
            yield date(int(year), int(month), int(day))
    for year, month, day in AS_ISO.findall(text):
        with suppress(ValueError):
            yield date(int(year), int(month), int(day))
    for month, year in MONTH_ALONE.findall(text):
        number = MONTHS.index(month[:3].lower()) + 1
        if not re.search(rf"\d\.?\s*{month}\.?\s+{year}", text):
            yield date(int(year), number, calendar.monthrange(int(year), number)[1])
    for year in YEAR_ALONE.findall(text):
        yield date(int(year), 12, 31)
