"""Staff: invoices, what is still to be invoiced, credit notes and reminders."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import tasks
from courses.exceptions import CoursesError
from courses.forms.invoices import CreditForm, InvoiceFilterForm, SeenTotalForm
from courses.models import CardRefund, CreditNote, Invoice
from courses.services.crediting import credit_invoice, credit_mark, draft_credit
from courses.services.einvoice_states import add_einvoices, add_einvoices_of_all
from courses.services.invoice_drafts import draft_invoice
from courses.services.invoice_files import document_file
from courses.services.invoicing import in_groups, is_due, issue_checked, to_credit, to_invoice
from courses.services.number_series import closed_until, is_closed_today, refuse_closed
from courses.services.reminders import remind_of_invoice
from courses.services.whole_prices import without_payer
from taushet.services.files import serve_file

PER_PAGE = 50
METHODS = ["GET", "HEAD", "POST"]
may_see = permission_required("courses.view_invoice", raise_exception=True)
may_issue = permission_required("courses.add_invoice", raise_exception=True)


@require_safe
@never_cache
@may_see
def invoice_list(request):
    form = InvoiceFilterForm(request.GET)
    invoices = form.narrow(Invoice.objects.prefetch_related("credit_notes"))
    page = Paginator(invoices, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = add_einvoices_of_all(page.object_list)
    return render(request, "courses/invoice_list.html", {"form": form, "page": page})


@require_safe
@never_cache
@may_see
def invoice_detail(request, number):
    invoice = get_object_or_404(
        Invoice.objects.with_balance().select_related("payer", "municipality", "replaces", "replaced_by"), number=number
    )
    lines = invoice.lines.select_related("booking").prefetch_related("credits")
    refunds = Prefetch("refunds", CardRefund.objects.standing(), to_attr="standing_refunds")
    _invoice, *credit_notes = add_einvoices([invoice, *invoice.credit_notes.order_by("number")])
    context = {
        "invoice": invoice,
        "lines": lines,
        "credit_notes": credit_notes,
        "payments": invoice.payments.order_by("paid_at", "pk").prefetch_related(refunds, "corrections"),
        "reminders": invoice.reminders.all(),
    }
    return render(request, "courses/invoice_detail.html", context)


@require_safe
@never_cache
@may_see
def invoice_pdf(request, number):
    return paper_of(get_object_or_404(Invoice.objects.select_related("file"), number=number))


@require_safe
@never_cache
@may_see
def credit_note_pdf(request, number):
    return paper_of(get_object_or_404(CreditNote.objects.select_related("file", "invoice"), number=number))


def paper_of(issued):
    """Answer with the paper of a document; one that has been erased is no more."""
    if issued.erased_at:
        raise Http404
    return serve_file(document_file(issued))


@require_safe
@never_cache
@may_see
def invoice_due(request):
    """What is still to be invoiced: what is due now, what lacks a reference, and what comes later."""
    rows = [group_row(group) for group in in_groups(to_invoice())]
    lacking = [row for row in rows if not row["bookings"][0].invoice_reference]
    rest = [row for row in rows if row not in lacking]
    context = {
        "due": [row for row in rest if row["is_due"]],
        "lacking": lacking,
        "later": [row for row in rest if not row["is_due"]],
        "to_credit": to_credit()[:PER_PAGE],
        "closed_until": closed_until() if is_closed_today() else None,
        "without_payer": without_payer()[:PER_PAGE],
    }
    return render(request, "courses/invoice_due.html", context)


def group_row(bookings):
    return {
        "bookings": bookings,
        "first": bookings[0],
        "amount": sum(booking.owes - booking.covers for booking in bookings),
        "is_due": all(is_due(booking) for booking in bookings),
        "is_collective": bool(bookings[0].payer and bookings[0].payer.collects_invoices),
    }


@require_POST
@may_issue
def invoice_issue_due(request):
    try:
        refuse_closed(timezone.localdate())
    except CoursesError as refusal:
        messages.error(request, f"{refusal} {_('Nothing can be issued before the day after.')}")
    else:
        tasks.run_invoicing.enqueue()
        messages.success(request, _("What is due is being issued. It takes a minute; open the page again then."))
    return redirect("courses:invoice_due")


@require_http_methods(METHODS)
@never_cache
@may_issue
def invoice_issue(request, booking_id):
    """Show the invoice a booking would get now, with those that belong on it, and issue it."""
    groups = in_groups(to_invoice())
    group = next((rows for rows in groups if any(booking.pk == booking_id for booking in rows)), None)
    if group is None:
        messages.info(request, _("Everything that is owed has been invoiced."))
        return redirect("courses:invoice_due")
    is_collective = bool(group[0].payer and group[0].payer.collects_invoices)
    form = SeenTotalForm(request.POST if request.method == "POST" else None)
    draft, error = None, ""
    try:
        if form.is_valid():
            total = form.cleaned_data["seen_total"]
            invoice = issue_checked(group, by=request.user, is_collective=is_collective, seen_total=total)
            messages.success(request, _("Invoice %(number)s is issued.") % {"number": invoice.shown_number})
            return redirect("courses:invoice_detail", invoice.number)
    except CoursesError as refusal:
        error = str(refusal)
    try:
        draft = draft_invoice(group, is_collective=is_collective)
    except CoursesError as refusal:
        error = error or str(refusal)
    context = {"draft": draft, "error": error, "bookings": group, "is_due": all(map(is_due, group))}
    return render(request, "courses/invoice_issue.html", context)


@require_http_methods(METHODS)
@never_cache
@permission_required("courses.add_creditnote", raise_exception=True)
def invoice_credit(request, number):
    """Choose what is credited of an invoice; it is shown first, and done when the same button is pressed again."""
    invoice = get_object_or_404(Invoice.objects.with_balance().select_related("payer"), number=number)
    form = CreditForm(request.POST if request.method == "POST" else None, invoice=invoice)
    context = {"invoice": invoice, "form": form}
    if form.is_valid():
        data, amounts = form.cleaned_data, form.amounts
        says = {"reason": data["reason"], "releases": data["anew"]}
        try:
            if data["seen"]:
                note = credit_invoice(invoice, amounts, by=request.user, seen=data["seen"], **says)
                messages.success(request, _("Credit note %(number)s is issued.") % {"number": note.shown_number})
                return redirect("courses:invoice_detail", invoice.number)
        except CoursesError as refusal:
            form.add_error(None, str(refusal))
        try:
            context["draft"] = draft_credit(invoice, amounts, **says)
            context["mark"] = credit_mark(invoice, amounts, **says)
        except CoursesError as refusal:
            form.add_error(None, str(refusal))
    return render(request, "courses/invoice_credit.html", context)


@require_POST
@permission_required("courses.add_invoicereminder", raise_exception=True)
def invoice_remind(request, number):
    invoice = get_object_or_404(Invoice, number=number)
    try:
        remind_of_invoice(invoice, by=request.user)
    except CoursesError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The contacts have been reminded by e-mail."))
    return redirect("courses:invoice_detail", number)
