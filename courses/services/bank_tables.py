"""Payments in a bank's table: CSV, or a spreadsheet of it."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from taushet.tables.reading import ZIP, Limits, Row, TableRefused, TableTooLong, read_table

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

MOST_ROWS = 20_000  # what goes out of an account stands in its table too
# Headings of Norwegian banks, in small letters without anything but letters.
HEADINGS = {
    "paid_on": "dato bokførtdato bokføringsdato bokført bookingdate utførtdato rentedato dag",
    "amount": "innpåkonto inn beløpinn kredit kreditbeløp beløp belop beløpinok amount",
    "currency": "valuta valutakode currency",
    "kid": "kid kidnummer kidmelding kidreferanse",
    "reference": "arkivreferanse arkivref bankreferanse referanse numref transaksjonsid transaksjonsreferanse",
}
KNOWN = {word: part for part, words in HEADINGS.items() for word in words.split()}


def read_bank_table(content: bytes, *, most_bytes: int) -> Iterator[BankRow | Unread]:
    """Give the payments in of a table, and what of it could not be read. Raises BankFileRefused."""
    try:
        table = read_table(content, Limits(bytes=most_bytes, rows=MOST_ROWS))
    except TableTooLong as refusal:
        raise BankFileRefused(_("The file has too many rows. Fetch fewer days at a time.")) from refusal
    except TableRefused as refusal:
        raise BankFileRefused(
            _("This is not a table we can read. Fetch it from the bank once more, as CAMT.053 or CSV.")
        ) from refusal
    columns = _columns(table.rows[0])
    is_sheet = content.startswith(ZIP)
    for row in table.rows[1:]:
        said = {part: row.cells[place] for part, place in columns.items()}
        try:
            payment = _payment(said, is_sheet=is_sheet)
        except CannotRead as cannot:
            parts = (said["paid_on"], said.get("currency", ""), said["amount"])
            yield Unread(" ".join(part for part in parts if part)[:LONGEST_SAID], cannot.why)
        else:
            if payment:
                yield payment


def _payment(said: dict[str, str], *, is_sheet: bool) -> BankRow | None:
    """Return the payment of a row, None when nothing comes in by it. Raises CannotRead."""
    text = said["amount"]
    if not text:
        return None
    # A spreadsheet gives its numbers with a point, so there a point alone never parts thousands.
    amount = read_amount(text, pattern=PLAIN if is_sheet and "," not in text else None)
    if amount <= 0:
        return None
    if said.get("currency", "").upper() not in {"", KRONER, "KR"}:
        raise CannotRead("currency")
    kid = "".join(said["kid"].split())
    return BankRow(
        amount, read_day(said["paid_on"]), kid if is_kid(kid) else "", short_reference(said.get("reference", ""))
    )


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
