"""Addresses of invoices, credit notes and payments."""

from django.urls import path

from courses.views import booker_invoices, funding, invoices, ledger, payments, reissuing
from taushet.tables.writing import CSV, XLSX

urlpatterns = [
    path("bestilling/<str:token>/referanse/", booker_invoices.booking_reference, name="booking_reference"),
    path("bestilling/<str:token>/faktura/<int:number>.pdf", booker_invoices.booking_invoice, name="booking_invoice"),
    path(
        "bestilling/<str:token>/kreditnota/<int:number>.pdf",
        booker_invoices.booking_credit_note,
        name="booking_credit_note",
    ),
    path("min-kommune/faktura/<int:number>.pdf", booker_invoices.my_invoice, name="my_invoice"),
    path("min-kommune/kreditnota/<int:number>.pdf", booker_invoices.my_credit_note, name="my_credit_note"),
    path("min-kommune/betaler/<int:unit_id>/", booker_invoices.my_payer, name="my_payer"),
    path(
        "stab/bestillinger/<int:booking_id>/referanse/",
        booker_invoices.staff_reference,
        name="staff_booking_reference",
    ),
    path("stab/kurs/<int:session_id>/dekning/", funding.staff_session_funding, name="staff_session_funding"),
    path("stab/kurs/<int:session_id>/betaler/", funding.session_payer, name="session_payer"),
    path("stab/faktura/", invoices.invoice_list, name="invoice_list"),
    path("stab/faktura/a-fakturere/", invoices.invoice_due, name="invoice_due"),
    path("stab/faktura/a-fakturere/alle/", invoices.invoice_issue_due, name="invoice_issue_due"),
    path("stab/faktura/a-fakturere/<int:booking_id>/", invoices.invoice_issue, name="invoice_issue"),
    path("stab/faktura/<int:number>/", invoices.invoice_detail, name="invoice_detail"),
    path("stab/faktura/<int:number>.pdf", invoices.invoice_pdf, name="invoice_pdf"),
    path("stab/faktura/<int:number>/krediter/", invoices.invoice_credit, name="invoice_credit"),
    path("stab/faktura/<int:number>/ny/", reissuing.invoice_reissue, name="invoice_reissue"),
    path("stab/faktura/<int:number>/paminn/", invoices.invoice_remind, name="invoice_remind"),
    path("stab/faktura/kreditnota/<int:number>.pdf", invoices.credit_note_pdf, name="credit_note_pdf"),
    path("stab/faktura/innbetalinger/", payments.payment_list, name="payment_list"),
    path("stab/faktura/innbetalinger/ny/", payments.payment_create, name="payment_create"),
    path("stab/faktura/innbetalinger/<int:payment_id>/", payments.payment_place, name="payment_place"),
    path("stab/faktura/innbetalinger/<int:payment_id>/rett/", payments.payment_correct, name="payment_correct"),
    path("stab/faktura/innbetalinger/fil/<int:file_id>/", payments.bank_file, name="bank_file"),
    path(
        "stab/faktura/innbetalinger/fil/<int:file_id>/legg-bort/",
        payments.bank_file_put_away,
        name="bank_file_put_away",
    ),
    path("stab/faktura/regnskap/", ledger.ledger, name="ledger"),
    path("stab/faktura/regnskap/nummer/<str:series>/", ledger.series_begin, name="series_begin"),
    path("stab/faktura/regnskap/lukk/", ledger.period_close, name="period_close"),
    *(
        path(f"stab/faktura/regnskap.{ending}", ledger.ledger_export, {"ending": ending}, name=f"ledger_{ending}")
        for ending in (CSV, XLSX)
    ),
]
