"""Moving a booking to another date of its course."""

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.forms.bookings import MoveForm
from courses.services.moves import dates_to_move_to, move_booking

from .bookings import action_page
from .secret import OWNER, SECOND, opens_booking


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_move(request, access):
    booking = access.booking
    dates = dates_to_move_to(booking)
    form = MoveForm(request.POST if request.method == "POST" else None, dates=dates)

    def move():
        move_booking(booking, form.cleaned_data["session"])
        return _("The booking is moved. Everybody who had the old date in the calendar gets the new one.")

    if not dates:
        return render(request, "courses/booking_no_move.html", {"access": access, "booking": booking})
    return action_page(
        request,
        access,
        form,
        move,
        title=_("Move to another date"),
        text=_("The old seats are given back only once the new ones are yours. The price is that of the new date."),
        button=_("Move the booking"),
    )
