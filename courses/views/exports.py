"""Lists that staff take out as files. Their names say neither course nor place."""

from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.forms.staff_bookings import StaffBookingFilterForm
from courses.models import Booking, Session
from courses.services.exports import booking_table, participant_table
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv, write_xlsx


@permission_required(["courses.view_booking", "courses.view_participant"], raise_exception=True)
@never_cache
@require_safe
def participant_export(request, session_id, ending):
    session = get_object_or_404(Session.objects.visible_to(request.user), pk=session_id)
    heading, rows = participant_table(session, by=request.user, ending=ending)
    return download(f"deltakere-{session.pk}", ending, heading, rows)


@permission_required("courses.view_booking", raise_exception=True)
@never_cache
@require_safe
def booking_export(request, ending):
    """Give the bookings of the list as it is narrowed, all pages of it."""
    bookings = StaffBookingFilterForm(request.GET).narrow(Booking.objects.visible_to(request.user), request.user)
    heading, rows = booking_table(bookings, by=request.user, ending=ending)
    return download(f"bestillinger-{timezone.localdate()}", ending, heading, rows)


def download(stem, ending, heading, rows):
    name = f"{stem}.{ending}"
    if ending == CSV:
        response = StreamingHttpResponse(write_csv(heading, rows), content_type=CONTENT_TYPES[ending])
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    else:
        file = write_xlsx(heading, rows)
        response = FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPES[ending])
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
