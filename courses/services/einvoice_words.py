"""What the rules of e-invoices say, in words for whoever has to put it right."""

from django.utils.translation import gettext_lazy as _

RULE_WORDS = {
    "XML": _("The file is not readable as XML."),
    "UBL-XSD": _("The file is not built as UBL 2.1 says."),
    "UNREADABLE": _("The check stopped before it was finished."),
    "INCOMPLETE": _("Some rules could not be checked."),
    "OWN-KID": _("The KID has a wrong check digit."),
    "OWN-ACCOUNT": _("The account number is missing or wrong."),
    "OWN-DUE": _("The invoice has no due date."),
    "OWN-CREDITED": _("The credit note does not say which invoice it is about."),
    "OWN-VAT": _("VAT is charged, but the seller is not in the VAT register."),
    "PEPPOL-EN16931-R003": _("The payer’s reference or order number is missing."),
    "PEPPOL-EN16931-R010": _("The payer’s organisation number is missing."),
    "PEPPOL-EN16931-R020": _("The seller’s organisation number is missing."),
    "PEPPOL-EN16931-R120": _("The amount of a line is not quantity times price."),
    "PEPPOL-COMMON-R041": _("An organisation number has a wrong check digit."),
    "NO-R-001": _("The seller’s VAT number is not a Norwegian one."),
    "NO-R-002": _("The seller is not in the Register of Business Enterprises. That is fine for whoever need not be."),
    "BR-02": _("The number is missing."),
    "BR-06": _("The seller’s name is missing."),
    "BR-07": _("The payer’s name is missing."),
    "BR-08": _("The seller’s address is missing."),
    "BR-09": _("The country of the seller is missing."),
    "BR-10": _("The payer’s address is missing."),
    "BR-11": _("The country of the payer is missing."),
    "BR-16": _("There is no line."),
    "BR-25": _("A line does not say what it is for."),
    "BR-27": _("A price is below zero."),
    "BR-E-02": _("The seller is exempt from VAT, but in no register."),
    "BR-E-10": _("The reason for the exemption from VAT is missing."),
    "BR-O-02": _("A line is outside VAT although the seller is in the VAT register."),
    "BR-O-10": _("The reason why there is no VAT is missing."),
    "BR-S-02": _("VAT is charged, but the seller has no VAT number."),
    "BR-CO-10": _("The lines do not add up to their sum."),
    "BR-CO-13": _("The sum without VAT is wrong."),
    "BR-CO-14": _("The parts of the VAT do not add up."),
    "BR-CO-15": _("The sum with VAT is wrong."),
    "BR-CO-16": _("The amount to pay is wrong."),
    "BR-CO-17": _("The VAT is not the rate of the amount."),
}


def rule_words(rule: str) -> str:
    """Return what a rule is about, or nothing for one that hardly anybody meets."""
    return RULE_WORDS.get(rule, "")
