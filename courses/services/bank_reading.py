"""Payments in a bank's file: CAMT.053 (ISO 20022 "BankToCustomerStatement") or the bank's own CSV.

Of a file only what finds the invoice is read: amount, day, KID and the bank's reference. Who paid is not kept. A file
may have been made to harm, so its size and the number of its payments are bounded, and no entity of XML is followed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.services.kid import is_kid
from taushet.tables.reading import Row, TableRefused, read_table

MOST_BYTES = 5 * 1024 * 1024
MOST_PAYMENTS = 2000
LONGEST_REFERENCE = 110
KRONER = "NOK"
DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y")
# Headings of Norwegian banks, in small letters without anything but letters.
HEADINGS = {
    "paid_on": "dato bokførtdato bokføringsdato bokført bookingdate utførtdato rentedato dag",
    "amount": "innpåkonto inn beløpinn kredit kreditbeløp beløp belop beløpinok amount",
    "kid": "kid kidnummer kidmelding kidreferanse",
    "reference": "arkivreferanse arkivref bankreferanse referanse numref transaksjonsid transaksjonsreferanse",
}
KNOWN = {word: part for part, words in HEADINGS.items() for word in words.split()}


class BankFileRefused(CoursesError):
    """A file that is no list of payments, or too large."""


@dataclass(frozen=True)
class BankRow:
    """A payment in, as the bank tells of it: kroner, the Oslo day it was booked, and the bank's own reference."""

    amount: Decimal
    paid_on: date
    kid: str
    reference: str

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


def read_bank_file(content: bytes) -> list[BankRow]:
    """Return the payments in of a file, in its order. Raises BankFileRefused with what to do."""
    if len(content) > MOST_BYTES:
        raise BankFileRefused(_("The file is larger than 5 MB. Fetch fewer days at a time."))
    head = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    rows = list(_camt(content) if head.startswith(b"<") else _csv(content))
    if not rows:
        raise BankFileRefused(_("There are no payments in to us in this file."))
    if len(rows) > MOST_PAYMENTS:
        raise BankFileRefused(_("The file has more than 2000 payments. Fetch fewer days at a time."))
    return _told_apart(rows)


def _told_apart(rows: list[BankRow]) -> list[BankRow]:
    """Return the rows so that none has the reference of another: the second of two alike is no repetition."""
    seen: Counter[str] = Counter()
    apart = []
    for row in rows:
        seen[row.reference] += 1
        count = seen[row.reference]
        apart.append(row if count == 1 else replace(row, reference=f"{row.reference}#{count}"))
    return apart


def _camt(content: bytes) -> Iterator[BankRow]:
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise BankFileRefused(_("This is not a CAMT.053 file we can read.")) from None
    if "camt.053" not in root.tag and "camt.054" not in root.tag:
        raise BankFileRefused(_("This is XML, but not a CAMT.053 file."))
    for number, entry in enumerate(_all(root, "Ntry"), start=1):
        if _text(entry, "CdtDbtInd") == "CRDT" and _text(entry, "RvslInd") != "true":
            yield from _entry(entry, number)


def _entry(entry: Element, number: int) -> Iterator[BankRow]:
    """Give the payments of one entry of a statement: one, or those the bank has put together."""
    day = _day(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")[:10] or _text(entry, "ValDt/Dt"))
    own = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef") or f"{day}-{number}"
    details = _all(entry, "TxDtls")
    if not details:
        yield BankRow(_amount(_find(entry, "Amt")), day, "", own[:LONGEST_REFERENCE])
    for place, detail in enumerate(details, start=1):
        amount = _find(detail, "Amt")
        if amount is None:
            amount = _find(detail, "AmtDtls/TxAmt/Amt")
        if amount is None and len(details) > 1:
            raise BankFileRefused(_("The file does not say how large each of the payments is."))
        reference = _text(detail, "Refs/AcctSvcrRef") or f"{own}-{place}"
        amount = _find(entry, "Amt") if amount is None else amount
        yield BankRow(_amount(amount), day, _kid(detail), reference[:LONGEST_REFERENCE])


def _kid(detail: Element) -> str:
    for reference in _all(detail, "CdtrRefInf"):
        kid = "".join(_text(reference, "Ref").split())
        if is_kid(kid):
            return kid
    return ""


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _all(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if _name(one.tag) == name]


def _find(element: Element, path: str) -> Element | None:
    """Return the first child by a path of names, whatever version of the format their namespace says."""
    for name in path.split("/"):
        element = next((child for child in element if _name(child.tag) == name), None)
        if element is None:
            return None
    return element


def _text(element: Element, path: str) -> str:
    found = _find(element, path)
    return (found.text or "").strip() if found is not None else ""


def _amount(element: Element | None) -> Decimal:
    if element is None or element.get("Ccy", KRONER) != KRONER:
        raise BankFileRefused(_("There is a payment here that is not in Norwegian kroner."))
    return _money(element.text or "")


def _money(text: str) -> Decimal:
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).removesuffix("kr")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise BankFileRefused(_("“%(text)s” is not an amount.") % {"text": text[:30]}) from None
    if not amount.is_finite() or abs(amount) >= 10**9 or amount != round(amount, 2):
        raise BankFileRefused(_("“%(text)s” is not an amount.") % {"text": text[:30]})
    return amount


def _day(text: str) -> date:
    for pattern in DAYS:
        try:
            return datetime.strptime(text.strip(), pattern).date()
        except ValueError:
            continue
    raise BankFileRefused(_("“%(text)s” is not a day.") % {"text": text[:30]})


def _csv(content: bytes) -> Iterator[BankRow]:
    try:
        table = read_table(content)
    except TableRefused as refusal:
        raise BankFileRefused(str(refusal)) from refusal
    columns = _columns(table.rows[0])
    for row in table.rows[1:]:
        said = {part: row.cells[place] for part, place in columns.items()}
        if not said["amount"] or (amount := _money(said["amount"])) <= 0:
            continue
        kid = "".join(said.get("kid", "").split())
        day = _day(said["paid_on"])
        reference = said.get("reference") or f"{day}-{amount}-{kid}"
        yield BankRow(amount, day, kid if is_kid(kid) else "", reference[:LONGEST_REFERENCE])


def _columns(heading: Row) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, cell in enumerate(heading.cells):
        part = KNOWN.get(re.sub(r"[\W\d_]", "", cell.lower()))
        if part:
            columns.setdefault(part, place)
    missing = {"paid_on", "amount", "kid"} - columns.keys()
    if missing:
        raise BankFileRefused(_("The first line must name the columns: date, amount and KID."))
    return columns
