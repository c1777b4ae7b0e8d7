"""What neither the schema nor the official rules ask of an e-invoice, and a Norwegian accounts office does."""

from collections.abc import Iterator
from dataclasses import dataclass

from stdnum import iban, luhn
from stdnum.no import kontonr

KID, ACCOUNT, CREDITED, DUE, VAT = "OWN-KID", "OWN-ACCOUNT", "OWN-CREDITED", "OWN-DUE", "OWN-VAT"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
MEANS = f"{CAC}PaymentMeans"


@dataclass(frozen=True)
class Fault:
    """A rule that does not hold: its published name, what it is about, and where."""

    rule: str
    text: str
    path: str = ""


def own_faults(root) -> Iterator[Fault]:
    """Give what is wrong with how it is paid, the VAT charged, and the invoice a credit note takes back from."""
    yield from _payment_faults(root)
    if root.tag.endswith("}CreditNote"):
        if not root.findtext(f"{CAC}BillingReference/{CAC}InvoiceDocumentReference/{CBC}ID"):
            yield Fault(CREDITED, "The credit note does not say which invoice it takes back from.", "/BillingReference")
    elif not root.findtext(f"{CBC}DueDate"):
        yield Fault(DUE, "The invoice does not say when it is due.", "/DueDate")
    if _charges_vat(root) and not _is_in_vat_register(root):
        yield Fault(VAT, "VAT is charged by a seller that is not in the VAT register.", "/TaxTotal")


def _payment_faults(root) -> Iterator[Fault]:
    for found in root.iterfind(f"{MEANS}/{CBC}PaymentID"):
        if not is_kid(found.text or ""):
            yield Fault(KID, "The payment id is no KID with a right check digit.", "/PaymentMeans/PaymentID")
    accounts = [found.text or "" for found in root.iterfind(f"{MEANS}/{CAC}PayeeFinancialAccount/{CBC}ID")]
    if not accounts or not all(is_account(account) for account in accounts):
        yield Fault(ACCOUNT, "The account is neither 11 digits nor an IBAN.", "/PaymentMeans/PayeeFinancialAccount")


def _charges_vat(root) -> bool:
    """Whether anything is treated as taxed; § 15-11 of merverdiavgiftsloven keeps others from it."""
    categories = root.iterfind(f"{CAC}TaxTotal/{CAC}TaxSubtotal/{CAC}TaxCategory/{CBC}ID")
    return any(found.text == "S" for found in categories)


def _is_in_vat_register(root) -> bool:
    schemes = root.iterfind(f"{CAC}AccountingSupplierParty/{CAC}Party/{CAC}PartyTaxScheme/{CAC}TaxScheme/{CBC}ID")
    return any(found.text == "VAT" for found in schemes)


def is_account(text: str) -> bool:
    """Whether it is a Norwegian account number of 11 digits, or an IBAN, with right check digits."""
    return kontonr.is_valid(text) if text.isdecimal() and len(text) == 11 else iban.is_valid(text)


def is_kid(text: str) -> bool:
    """Whether it is a KID: 2 to 25 digits of which the last checks the others by MOD10 or MOD11.

    With MOD11 the check digit 10 is written as "-".
    """
    body, check = text[:-1], text[-1:]
    if not (2 <= len(text) <= 25 and body.isascii() and body.isdecimal()):
        return False
    return (check.isdecimal() and luhn.is_valid(text)) or check == _mod11(body)


def _mod11(body: str) -> str:
    weighted = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(body)))
    return "0123456789-0"[11 - weighted % 11]
