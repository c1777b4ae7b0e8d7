"""Payments in CAMT.053 or CAMT.054 (ISO 20022 "Bank to Customer Statement" and "… Debit Credit Notification")."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from .bank_rows import (
    KRONER,
    LONGEST_SAID,
    PLAIN,
    BankFileRefused,
    BankRow,
    CannotRead,
    Unread,
    read_amount,
    read_day,
    short_reference,
)
from .kid import is_kid

BOOKED = {"", "BOOK"}
AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt")


def read_camt(content: bytes) -> Iterator[BankRow | Unread]:
    """Give the payments in of a statement, and what of it is none. Raises BankFileRefused."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise BankFileRefused(_("This is not a CAMT.053 file we can read.")) from None
    if "camt.053" not in root.tag and "camt.054" not in root.tag:
        raise BankFileRefused(_("This is XML, but not a CAMT.053 file."))
    for entry in (entry for told in root for statement in told for entry in _children(statement, "Ntry")):
        is_in, is_reversed = _text(entry, "CdtDbtInd") == "CRDT", _text(entry, "RvslInd") in {"true", "1"}
        try:
            if is_reversed:
                raise CannotRead("reversed")
            if is_in:
                yield from _entry(entry)
        except CannotRead as cannot:
            yield Unread(_said(entry), cannot.why)


def _entry(entry: Element) -> list[BankRow]:
    """Return the payments of one entry of a statement: one, or those the bank has put together.

    Raises CannotRead when one of them is not to be read: then none of the entry is.
    """
    if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) not in BOOKED:
        raise CannotRead("pending")
    day = read_day(_day_of(entry))
    own = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    details = [detail for group in _children(entry, "NtryDtls") for detail in _children(group, "TxDtls")]
    if len(details) < 2:
        whole = _kroner(_find(entry, "Amt"))
        if whole is None:
            raise CannotRead("currency")
        kid = _kid(details[0]) if details else ""
        of_detail = _text(details[0], "Refs/AcctSvcrRef") if details else ""
        return [BankRow(_above_nought(whole), day, kid, short_reference(of_detail or own))]
    rows = []
    for place, detail in enumerate(details, start=1):
        amount = next(filter(None, (_kroner(_find(detail, path)) for path in AMOUNTS)), None)
        if amount is None:
            raise CannotRead("together")
        reference = _text(detail, "Refs/AcctSvcrRef") or (own and f"{own}-{place}")
        rows.append(BankRow(_above_nought(amount), day, _kid(detail), short_reference(reference)))
    return rows


def _kroner(element: Element | None) -> str | None:
    """Return an amount as it stands, None where there is none in kroner."""
    if element is None or element.get("Ccy", KRONER) != KRONER:
        return None
    return (element.text or "").strip()


def _above_nought(text: str):
    amount = read_amount(text, pattern=PLAIN)
    if amount <= 0:
        raise CannotRead("nothing")
    return amount


def _day_of(entry: Element) -> str:
    return _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm")[:10] or _text(entry, "ValDt/Dt")


def _said(entry: Element) -> str:
    amount = _find(entry, "Amt")
    parts = (_day_of(entry), amount.get("Ccy", "") if amount is not None else "", _text(entry, "Amt"))
    return " ".join(part for part in parts if part)[:LONGEST_SAID]


def _kid(detail: Element) -> str:
    for told in _children(detail, "RmtInf"):
        for part in _children(told, "Strd"):
            kid = "".join(_text(part, "CdtrRefInf/Ref").split())
            if is_kid(kid):
                return kid
    return ""


def _name(tag: str) -> str:
    """Return a name without its namespace, which says the version of the format."""
    return tag.rpartition("}")[2]


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if _name(child.tag) == name]


def _find(element: Element, path: str) -> Element | None:
    """Return the first child by a path of names."""
    for name in path.split("/"):
        element = next((child for child in element if _name(child.tag) == name), None)
        if element is None:
            return None
    return element


def _text(element: Element, path: str) -> str:
    found = _find(element, path)
    return (found.text or "").strip() if found is not None else ""
