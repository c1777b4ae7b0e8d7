"""Card payments as finance sees them: what came, what went back, and what somebody has to look at."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.card_payments import PaymentFilterForm, RefundForm
from courses.models import CardCheckout, CardRefund, Payment, PaymentCase, StripeEvent
from courses.services import payment_cases
from courses.services.amounts_due import left_of_payment
from courses.services.payment_rows import case_row, payment_rows
from courses.services.refund_acts import owes_after, pay_back
from courses.services.surplus_cases import surplus_of

CARD = Payment.objects.filter(way=Payment.Way.CARD)


@require_safe
@never_cache
@permission_required("courses.view_paymentcase", raise_exception=True)
def card_payment_list(request):
    form = PaymentFilterForm(request.GET)
    waiting = PaymentCase.objects.waiting().select_related("payment", "booking__municipality")
    context = {
        "form": form,
        "cases": [case_row(case) for case in waiting[:50]],
        "page": Paginator(payment_rows(form.narrow(CARD.all())), 50).get_page(request.GET.get("page")),
    }
    return render(request, "courses/card_payment_list.html", context)


@require_safe
@never_cache
@permission_required("courses.view_paymentcase", raise_exception=True)
def card_payment_detail(request, payment_id):
    return payment_page(request, get_payment(payment_id))


def get_payment(payment_id):
    return get_object_or_404(CARD.select_related("booking__municipality", "booking__session__course"), pk=payment_id)


def payment_page(request, payment, form=None):
    left = left_of_payment(payment)
    context = {
        "payment": payment,
        "left": left,
        "refunds": CardRefund.objects.filter(payment=payment).select_related("created_by"),
        "cases": [case_row(case) for case in payment.cases.select_related("booking__municipality", "settled_by")],
        "checkout": CardCheckout.objects.filter(payment_intent=payment.external_reference).first(),
        "events": StripeEvent.objects.filter(payment_intent=payment.external_reference).defer("body")[:30],
        "form": form or refund_form(request, payment),
    }
    return render(request, "courses/card_payment_detail.html", context, status=400 if form else 200)


def refund_form(request, payment, data=None):
    booking, left = payment.booking, left_of_payment(payment)
    may_cancel = request.user.has_perm("courses.change_booking") and booking.session.first_starts_at > timezone.now()
    return RefundForm(
        data,
        about=f"refund-{payment.pk}",
        initial={"amount": min(surplus_of(booking), left) or left},
        most=left,
        owes_after=lambda amount: owes_after(payment, amount),
        may_cancel=may_cancel,
    )


@require_http_methods(["POST"])
@permission_required("courses.add_cardrefund", raise_exception=True)
def card_refund(request, payment_id):
    """Ask Stripe to pay back; the worker does it."""
    payment = get_payment(payment_id)
    form = refund_form(request, payment, request.POST)
    if not form.is_valid():
        return payment_page(request, payment, form)
    data = form.cleaned_data
    try:
        pay_back(
            payment,
            data["amount"],
            by=request.user,
            reason=data["reason"],
            key=data["request_key"],
            cancels=form.cancels,
        )
    except CoursesError as error:
        form.add_error(error.field, str(error))
        return payment_page(request, payment, form)
    sentence = _("The money is on its way back. The booker gets an e-mail once Stripe has taken it.")
    messages.success(request, f"{sentence} {_('The booking is cancelled.')}" if form.cancels else sentence)
    return redirect("courses:card_payment_detail", payment.pk)


@require_POST
@permission_required("courses.change_paymentcase", raise_exception=True)
def payment_case_settle(request, case_id):
    case = payment_cases.settle_case(get_object_or_404(PaymentCase, pk=case_id), by=request.user)
    messages.success(request, _("Put down as done."))
    return redirect(case.payment_address)
