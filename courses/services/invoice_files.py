"""Invoices and credit notes as paper: a tagged PDF in the payer's language form, made once and kept."""

import json
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils import translation
from django.utils.translation import gettext as _

from courses.models import CreditNote, Invoice
from taushet.models import StoredFile
from taushet.pdf import make_pdf
from taushet.services.files import PDF, store_file
from taushet.templatetags.ui import day, number, organisation_number

from .documents import as_document
from .einvoice_states import lacking_files
from .einvoices import make_einvoice
from .invoice_documents import Document, DocumentKind, DocumentLine, Party, VatCategory, VatSubtotal

AT_ONCE = 25
MODELS = {"invoice": Invoice, "credit_note": CreditNote}


@task(priority=-5)
def make_document_file(kind: str, number_of_row: int) -> None:
    """Make the paper and the e-invoice of a document unless they are there; may run twice."""
    issued = MODELS[kind].objects.get(pk=number_of_row)
    document_file(issued)
    if becomes_einvoice(issued):
        make_einvoice(as_document(issued))


@task(priority=-5)
def make_missing_files() -> int:
    """Make papers and e-invoices of all documents that lack one, some in each transaction.

    May stop anywhere and run again. Returns of how many something was made.
    """
    made = 0
    for model in MODELS.values():
        last = 0
        waiting = lacking_files(model).order_by("pk").prefetch_related("lines")
        while documents := list(waiting.filter(pk__gt=last)[:AT_ONCE]):
            papers = [(issued, document_pdf(issued)) for issued in documents if issued.file_id is None]
            with transaction.atomic():
                for issued, content in papers:
                    _keep(issued, content)
                for issued in filter(becomes_einvoice, documents):
                    make_einvoice(as_document(issued))
            last = documents[-1].pk
            made += len(documents)
    return made


def becomes_einvoice(issued: Invoice | CreditNote) -> bool:
    """Whether a document goes to an accounts system; those of a demonstration only where everything is one."""
    return not issued.is_demonstration or settings.DEMO


def document_file(issued: Invoice | CreditNote) -> StoredFile:
    """Return the paper of a document, made and kept when it is asked for the first time.

    Raises DoesNotExist when it has been erased meanwhile.
    """
    if issued.file_id:
        return issued.file
    content = document_pdf(issued)
    with transaction.atomic():
        kept = _keep(issued, content)
    if kept is None:
        raise type(issued).DoesNotExist
    return kept


def _keep(issued: Invoice | CreditNote, content: bytes) -> StoredFile | None:
    """Store a paper unless there is one; returns the one there is, None when the document has been erased."""
    rows = type(issued).objects.select_for_update(no_key=True, of=("self",)).select_related("file")
    locked = rows.filter(pk=issued.pk, erased_at=None).first()
    if locked is not None and locked.file_id is None:
        locked.file = store_file(file_name(issued), content, allowed=frozenset({PDF}))
        locked.save(update_fields=["file"])
    return locked.file if locked else None


def document_pdf(issued: Invoice | CreditNote) -> bytes:
    """Return the paper as bytes; the same document gives the same bytes."""
    document = as_document(issued)
    with translation.override(document.language):
        data = _inputs(document)
    return make_pdf("courses/invoice.typ", {"data": json.dumps(data)}, made_at=issued.issued_at)


def file_name(issued: Invoice | CreditNote) -> str:
    return f"faktura-{issued.number}.pdf" if isinstance(issued, Invoice) else f"kreditnota-{issued.number}.pdf"


def _inputs(document: Document) -> dict:
    """Return what stands on the paper, in the active language."""
    is_invoice = document.kind == DocumentKind.INVOICE
    heading = _("Invoice") if is_invoice else _("Credit note")
    shows_vat = any(part.percent for part in document.vat)
    return {
        "title": f"{heading} {document.number}",
        "author": document.seller.name,
        "description": _("%(heading)s from %(seller)s") % {"heading": heading, "seller": document.seller.name},
        "language": document.language,
        "seller": _address(document.seller),
        "buyer_heading": _("To"),
        "buyer": _address(document.buyer),
        "facts": _facts(document, is_invoice=is_invoice),
        "note": document.note,
        "columns": [_("What"), _("Quantity"), _("Price each"), *([_("VAT")] if shows_vat else []), _("Amount")],
        "rows": [_row(line, shows_vat=shows_vat) for line in document.lines],
        "sums": _sums(document),
        "pay_heading": _("Pay like this"),
        "pay": _pay(document) if is_invoice and document.payable else [],
        "terms": document.terms,
        "foot": _foot(document),
    }


def _address(party: Party) -> list[str]:
    lines = [party.name, party.contact, party.street, f"{party.postal_code} {party.city}".strip()]
    shown = organisation_number(party.organisation_number)
    marks = " MVA" if party.is_in_vat_register else ""
    return [line for line in lines if line] + [_("Organisation number %(number)s") % {"number": f"{shown}{marks}"}]


def _facts(document: Document, *, is_invoice: bool) -> list[tuple[str, str]]:
    facts = [
        (_("Date"), _day(document.issued_on)),
        (_("Credits invoice"), "" if is_invoice else _refers_to(document)),
        (_("Due date"), _day(document.due_on) if document.payable else ""),
        (_("Delivered"), _day(document.delivered_on)),
        (_("Place of delivery"), document.delivery_place),
        (_("Your reference"), document.buyer_reference),
        (_("Order number"), document.order_reference),
        (_("KID"), document.kid),
    ]
    return [(label, value) for label, value in facts if value]


def _refers_to(document: Document) -> str:
    return _("%(number)s of %(day)s") % {
        "number": document.refers_to,
        "day": _day(document.refers_to_issued_on),
    }


def _row(line: DocumentLine, *, shows_vat: bool) -> dict:
    cells = [number(_plain(line.quantity)), money(line.unit_price)]
    if shows_vat:
        cells.append(f"{number(_plain(line.vat_percent))} %")
    return {"name": line.name, "description": line.description, "cells": [*cells, money(line.net)]}


def _sums(document: Document) -> list[dict]:
    rows = [{"label": _("Without VAT"), "amount": money(document.net)}]
    rows += [{"label": _vat_label(part), "amount": money(part.vat)} for part in document.vat]
    if document.kind == DocumentKind.CREDIT_NOTE:
        return [*rows, {"label": _("Credited, in kroner"), "amount": money(document.total), "is_total": True}]
    if document.prepaid:
        rows.append({"label": _("Total"), "amount": money(document.total)})
        rows.append({"label": _("Paid by card"), "amount": money(-document.prepaid)})
    return [*rows, {"label": _("To pay, in kroner"), "amount": money(document.payable), "is_total": True}]


def _vat_label(part: VatSubtotal) -> str:
    if part.category == VatCategory.STANDARD:
        return _("VAT, %(percent)s %% of %(net)s") % {
            "percent": number(_plain(part.percent)),
            "net": money(part.net),
        }
    return part.exemption_reason or _("No VAT")


def _pay(document: Document) -> list[tuple[str, str]]:
    account = document.account
    return [
        (_("Account"), f"{account[:4]} {account[4:6]} {account[6:]}"),
        (_("KID"), document.kid),
        (_("Amount"), money(document.payable)),
        (_("At the latest"), _day(document.due_on)),
    ]


def _foot(document: Document) -> str:
    seller = document.seller
    register = _("Registered in Foretaksregisteret") if seller.is_in_business_register else ""
    return " · ".join(filter(None, [seller.name, seller.email, seller.phone, register]))


def _day(value: date | None) -> str:
    return day(value).replace("\xa0", " ") if value else ""


def _plain(value: Decimal) -> Decimal | int:
    return int(value) if value == int(value) else value


def money(amount: Decimal) -> str:
    """1 200,00"""
    whole, _point, part = f"{amount:.2f}".partition(".")
    return f"{number(int(whole))},{part}"
