"""Staff: who pays for a session: seats that are paid for by somebody else, and the whole when its payer has left."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.exceptions import CoursesError
from courses.forms.funding import FundingForm
from courses.forms.whole_prices import WholePriceForm
from courses.models import Session
from courses.services.prices import fund_seats
from courses.services.whole_prices import could_pay, left_of_whole, let_price_be, pass_price_on, without_payer

may_change = permission_required("courses.change_fundedseats", raise_exception=True)


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def staff_session_funding(request, session_id):
    session = get_object_or_404(Session.objects.select_related("course"), pk=session_id)
    form = FundingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            fund_seats(session, by=request.user, seats=form.cleaned_data["seats"], place=form.place)
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Saved. It holds for bookings from now on."))
            return redirect("courses:staff_session_funding", session.pk)
    grants = session.funded_seats.select_related("municipality", "county")
    context = {"session": session, "form": form, "grants": grants}
    return render(request, "courses/staff_session_funding.html", context)


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def session_payer(request, session_id):
    """Ask who takes over the price of a whole session, or whether nobody does."""
    session = without_payer().filter(pk=session_id).first()
    if session is None:
        get_object_or_404(Session, pk=session_id)
        messages.info(request, _("Somebody pays for the whole already."))
        return redirect("courses:invoice_due")
    data = request.POST if request.method == "POST" else None
    form = WholePriceForm(data, bookings=could_pay(session), initial={"amount": left_of_whole(session)})
    if form.is_valid():
        booking = form.booking
        try:
            if booking:
                pass_price_on(session, booking, amount=form.cleaned_data["amount"], by=request.user)
            else:
                let_price_be(session, by=request.user)
        except CoursesError as error:
            form.add_error(error.field, str(error))
        else:
            paid = _("Booking %(number)s pays for the whole. The contact gets an e-mail.")
            said = paid % {"number": booking.pk} if booking else _("Nobody pays for the whole.")
            messages.success(request, said)
            return redirect("courses:invoice_due")
    return render(request, "courses/session_payer.html", {"session": session, "form": form})
