"""Payments in a bank's file: CAMT.053 or the bank's own table.

Of a file only what finds the invoice is read: amount, day, KID and the bank's reference. Who paid is not kept. A file
may have been made to harm, so its size and the number of its payments are bounded, and no entity of XML is followed.
One payment that cannot be read does not keep the others out: it is listed beside them.
"""

from collections import Counter
from dataclasses import replace

from django.utils.translation import gettext as _

from .bank_camt import read_camt
from .bank_rows import BankFileRefused, BankRow, Unread
from .bank_tables import read_bank_table

MOST_BYTES = 5 * 1024 * 1024
MOST_PAYMENTS = 2000
MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def read_bank_file(content: bytes) -> tuple[list[BankRow], list[Unread]]:
    """Return the payments in of a file, in its order, and what of it is not recorded.

    Raises BankFileRefused with what to do.
    """
    if len(content) > MOST_BYTES:
        raise BankFileRefused(_("The file is larger than 5 MB. Fetch fewer days at a time."))
    rows, unread = [], []
    found = read_camt(content.lstrip()) if _is_xml(content) else read_bank_table(content, most_bytes=MOST_BYTES)
    for one in found:
        if isinstance(one, Unread):
            unread.append(one)
        else:
            rows.append(one)
        if len(rows) > MOST_PAYMENTS or len(unread) > MOST_PAYMENTS:
            raise BankFileRefused(_("The file has more than 2000 payments. Fetch fewer days at a time."))
    if not rows:
        refusal = _("There are no payments in to us in this file.")
        if unread:
            refusal = f"{refusal} {unread[0].said}: {unread[0].sentence}"
        raise BankFileRefused(refusal)
    return _told_apart(rows), unread


def _is_xml(content: bytes) -> bool:
    """Whether a file begins as XML does, in the encodings that banks use."""
    head = content[:200]
    encoding = next((name for mark, name in MARKS.items() if head.startswith(mark)), "latin-1")
    return head.decode(encoding, "ignore").lstrip("\ufeff \t\r\n").startswith("<")


def _told_apart(rows: list[BankRow]) -> list[BankRow]:
    """Return the rows so that none is known as another is: the second of two alike is no repetition."""
    seen: Counter[str] = Counter()
    apart = []
    for row in rows:
        seen[row.key] += 1
        count = seen[row.key]
        apart.append(row if count == 1 else replace(row, reference=f"{row.reference}#{count}"))
    return apart
