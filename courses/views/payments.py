"""Staff: payments from the bank, matched by KID and shown before they count, and those nobody knows yet."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses.exceptions import CoursesError
from courses.forms.payments import BankFileForm, CorrectForm, PaymentForm, PlaceForm
from courses.models import BankFile, Payment
from courses.services.bank_reading import MOST_BYTES
from courses.services.bank_rows import Unread
from courses.services.payment_corrections import correct_payment
from courses.services.payments import (
    confirm_bank_file,
    invoice_of_number,
    keep_bank_file,
    matches,
    place_payment,
    put_away_bank_file,
    record_by_hand,
)

PER_PAGE = 50
METHODS = ["GET", "HEAD", "POST"]
may_see = permission_required("courses.view_payment", raise_exception=True)
may_record = permission_required("courses.add_payment", raise_exception=True)
may_place = permission_required("courses.change_payment", raise_exception=True)


@require_http_methods(METHODS)
@never_cache
@may_see
def payment_list(request):
    """What has come in; a POST brings a file from the bank."""
    form = BankFileForm(request.POST, request.FILES) if request.method == "POST" else BankFileForm()
    if request.method == "POST" and request.user.has_perm("courses.add_payment") and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = keep_bank_file(file.name, file.read(MOST_BYTES + 1), by=request.user)
        except CoursesError as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("courses:bank_file", kept.pk)
    payments = Payment.objects.select_related("invoice", "booking").prefetch_related("corrections")
    context = {
        "form": form,
        "unplaced": payments.unplaced(),
        "page": Paginator(payments, PER_PAGE).get_page(request.GET.get("page")),
        "files": BankFile.objects.filter(confirmed_at=None, put_away_at=None)[:PER_PAGE],
    }
    return render(request, "courses/payment_list.html", context)


@require_http_methods(METHODS)
@never_cache
@may_record
def bank_file(request, file_id):
    """Show the payments of a file beside their invoices; a POST records them."""
    file = get_object_or_404(BankFile, pk=file_id)
    if request.method == "POST":
        count = confirm_bank_file(file, by=request.user)
        sentence = ngettext("%(count)d payment is recorded.", "%(count)d payments are recorded.", count)
        messages.success(request, sentence % {"count": count})
        return redirect("courses:payment_list")
    found = matches(file)
    context = {
        "file": file,
        "matches": found,
        "unread": [Unread(**stored) for stored in file.unread],
        "new": [match for match in found if not match.is_known],
    }
    return render(request, "courses/bank_file.html", context)


@require_POST
@may_record
def bank_file_put_away(request, file_id):
    put_away_bank_file(get_object_or_404(BankFile, pk=file_id), by=request.user)
    messages.success(request, _("The file is put away. Upload it once more if you need it."))
    return redirect("courses:payment_list")


@require_http_methods(METHODS)
@never_cache
@may_record
def payment_create(request):
    number = request.GET.get("faktura", "")
    form = PaymentForm(
        request.POST if request.method == "POST" else None,
        about=f"payment-{request.user.pk}",
        initial={"number": number if number.isdecimal() else ""},
    )
    if form.is_valid():
        data = form.cleaned_data.copy()
        key = data.pop("request_key")
        try:
            payment = record_by_hand(**data, key=key, by=request.user)
        except CoursesError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The payment is recorded."))
            return redirect("courses:invoice_detail", payment.invoice.number)
    return render(request, "courses/payment_form.html", {"form": form})


@require_http_methods(METHODS)
@never_cache
@may_place
def payment_place(request, payment_id):
    """Say which invoice a payment is for."""
    payment = get_object_or_404(Payment.objects.standing().filter(invoice=None), pk=payment_id)
    form = PlaceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            invoice = invoice_of_number(form.cleaned_data["number"])
            place_payment(payment, invoice, by=request.user)
        except CoursesError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The payment stands on invoice %(number)s.") % {"number": invoice.number})
            return redirect("courses:payment_list")
    return render(request, "courses/payment_form.html", {"form": form, "payment": payment})


@require_http_methods(METHODS)
@never_cache
@may_place
def payment_correct(request, payment_id):
    """Take back a payment that was recorded wrongly, and put it where it belongs."""
    payment = get_object_or_404(Payment.objects.standing().select_related("invoice"), pk=payment_id)
    if payment.way == Payment.Way.CARD:
        return redirect("courses:card_payment_detail", payment.pk)
    form = CorrectForm(request.POST if request.method == "POST" else None, is_placed=payment.invoice is not None)
    if form.is_valid():
        try:
            number = form.wanted_number
            invoice = invoice_of_number(number) if number else None
            reason = form.cleaned_data["reason"]
            right = correct_payment(payment, came=form.came, invoice=invoice, reason=reason, by=request.user)
        except CoursesError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _corrected(right))
            return redirect("courses:payment_list")
    return render(request, "courses/payment_correct.html", {"form": form, "payment": payment})


def _corrected(right):
    if right is None:
        return _("The payment no longer counts.")
    if right.invoice is None:
        return _("The payment stands among those nobody knows yet.")
    return _("The payment stands on invoice %(number)s.") % {"number": right.invoice.shown_number}
