"""What a booker prints for those without e-mail, and whether the mails of a booking name the course."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.forms.adaptations import BookingDiscretionForm
from courses.services import discretion, sheets

from .bookings import meetings_of
from .change_pages import change_page
from .secret import OWNER, SECOND, opens_booking


@opens_booking(OWNER, SECOND)
@require_safe
def booking_sheets(request, access):
    """The papers of everybody without e-mail, each on a page of its own."""
    participants = sheets.without_mail(access.booking)
    if not participants.exists():
        raise Http404
    return sheet_page(request, access, participants)


@opens_booking(OWNER, SECOND)
@require_safe
def participant_sheet(request, access, participant_id):
    participant = get_object_or_404(sheets.without_mail(access.booking), pk=participant_id)
    return sheet_page(request, access, sheets.without_mail(access.booking).filter(pk=participant.pk))


def sheet_page(request, access, participants):
    booking = access.booking
    context = {
        "access": access,
        "booking": booking,
        "session": booking.session,
        "meetings": meetings_of(booking),
        "sheets": sheets.make_sheets(booking, participants),
    }
    return render(request, "courses/sheets.html", context)


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_discretion(request, access):
    booking = access.booking
    form = BookingDiscretionForm(
        request.POST if request.method == "POST" else None,
        session=booking.session,
        initial={"shows_course_name": booking.shows_course_name},
    )

    def change(seen):
        discretion.choose_for_booking(booking, shows_course=form.cleaned_data["shows_course_name"], seen=seen)
        return _("It is done. Entries in calendars get the other title by e-mail.")

    return change_page(
        request,
        access,
        form,
        change,
        title=_("What e-mail and calendar tell"),
        text=_("It counts for you and for the participants who have not chosen for themselves."),
        button=_("Save"),
    )
