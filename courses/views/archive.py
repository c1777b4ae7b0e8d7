"""The whole case of a booking as one file, for the municipality's archive."""

from datetime import timedelta

from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.services import archive
from taushet.services.limits import is_within

from .own_data import zip_response
from .secret import OWNER, SECOND, opens_booking

CASES_AN_HOUR = 20


@opens_booking(OWNER, SECOND)
@require_safe
def booking_archive(request, access):
    booking = access.booking
    if not is_within("case", str(booking.pk), times=CASES_AN_HOUR, every=timedelta(hours=1)):
        return render(request, "429.html", status=429)
    return zip_response(archive.write_case(booking), f"bestilling-{booking.pk}.zip")
