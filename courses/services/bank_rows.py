"""What is kept of a payment in a bank's file, what of it could not be read, and how amounts and days are read."""

import hashlib
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.services.kid import DIGITS_OF_NUMBER

KRONER = "NOK"
LONGEST_REFERENCE = 60  # of what the database keeps of it, beside day, amount, KID and a count
LONGEST_SAID = 60
FIRST_DAY = date(2000, 1, 1)
DAYS_AHEAD = timedelta(days=7)  # a day of interest may come after the day of the file, over a weekend or a holiday
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y")
MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]\d{2}:\d{2}.*")
PLAIN = re.compile(r"-?\d+(?:\.\d{1,5})?", re.ASCII)
# 1.200 and 1.200,50 have thousands; 1200.5 has a decimal; 1,200.50 is written as in English.
NORWEGIAN = re.compile(r"-?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d{1,2})?", re.ASCII)
ENGLISH = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)\.\d{1,2}", re.ASCII)
KR = re.compile(r"^(?:kr\.?|nok)|(?:kr\.?|nok)$", re.IGNORECASE)
SPACES = re.compile(r"[\s\u00a0\u2009\u202f]")


class BankFileRefused(CoursesError):
    """A file that is no list of payments, or too large."""


class CannotRead(Exception):
    """One payment of a file is not read, and the others are; `why` is a key of `why_unread`."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class BankRow:
    """A payment in, as the bank tells of it: kroner, the Oslo day it was booked, and the bank's own reference."""

    amount: Decimal
    paid_on: date
    kid: str
    reference: str

    @property
    def key(self) -> str:
        """What the database knows it by: banks use the same reference again, so day, amount and KID belong to it.

        A KID is the same with and without the noughts in front, which spreadsheets take away.
        """
        return f"bank:{self.paid_on}:{self.amount:.2f}:{self.kid.lstrip('0')}:{self.reference}"

    def stored(self) -> dict[str, str]:
        return {
            "amount": str(self.amount),
            "paid_on": self.paid_on.isoformat(),
            "kid": self.kid,
            "reference": self.reference,
        }

    @classmethod
    def read(cls, stored: dict[str, str]) -> "BankRow":
        return cls(Decimal(stored["amount"]), date.fromisoformat(stored["paid_on"]), stored["kid"], stored["reference"])


@dataclass(frozen=True)
class Unread:
    """Something in a file that is not recorded as a payment: day and amount as they stand there, and why."""

    said: str
    why: str

    @property
    def sentence(self) -> str:
        return why_unread(self.why)

    def stored(self) -> dict[str, str]:
        return asdict(self)


def why_unread(why: str) -> str:
    """Say why something in a file is not recorded, and what to do about it."""
    return {
        "currency": _("It is not in Norwegian kroner. Record by hand what it came to."),
        "pending": _("The bank has not booked it yet. It comes again in a later file."),
        "nothing": _("The amount is not above 0."),
        "reversed": _("The bank has taken it back. Correct the payment where it is recorded."),
        "together": _(
            "Several payments put together, and the file does not say how large each is. Record them by hand."
        ),
        "amount": _("The amount cannot be read. Record it by hand."),
        "day": _("The day cannot be read, or has not come yet. Record it by hand."),
    }[why]


def short_reference(text: str) -> str:
    """Return a bank's reference so short that the database has room for it; two that differ still do."""
    if len(text) <= LONGEST_REFERENCE:
        return text
    return f"{text[: LONGEST_REFERENCE - 17]}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def same_kid(kid: str) -> str:
    """Return a KID with the noughts in front that ours have."""
    return kid.zfill(DIGITS_OF_NUMBER + 1) if kid else ""


def read_day(text: str) -> date:
    """Return a day as banks write it. Raises CannotRead, also for one that cannot be true."""
    text = text.strip()
    if moment := MOMENT.fullmatch(text):
        text = moment[1]
    for pattern in DAYS:
        try:
            day = datetime.strptime(text, pattern).date()
        except ValueError:
            continue
        if FIRST_DAY <= day <= timezone.localdate() + DAYS_AHEAD:
            return day
        break
    raise CannotRead("day")


def read_amount(text: str, *, pattern: re.Pattern | None = None) -> Decimal:
    """Return kroner as people in Norway write them, or as `pattern` says. Raises CannotRead."""
    plain = KR.sub("", SPACES.sub("", text).replace("\u2212", "-")).removeprefix("+").removesuffix(",-")
    if pattern is None:
        if NORWEGIAN.fullmatch(plain):
            plain = plain.replace(".", "").replace(",", ".")
        elif ENGLISH.fullmatch(plain):
            plain = plain.replace(",", "")
    if not (pattern or PLAIN).fullmatch(plain):
        raise CannotRead("amount")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise CannotRead("amount") from None
    if abs(amount) >= 10**9 or amount != round(amount, 2):
        raise CannotRead("amount")
    return round(amount, 2)
