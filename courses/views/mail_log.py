"""What staff may do about the mails of one booking: send one once more, stop one that is planned."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.exceptions import CoursesError
from courses.services import mail_log, planned_mails

from .staff_bookings import booking_of


@permission_required("courses.change_booking", raise_exception=True)
@require_POST
def staff_message_again(request, booking_id, row_id):
    row = get_object_or_404(booking_of(request, booking_id).messages, pk=row_id)
    return do(request, booking_id, lambda: mail_log.send_again(row, by=request.user), _("It is sent once more."))


@permission_required("courses.change_booking", raise_exception=True)
@require_POST
def staff_planned_stop(request, booking_id, planned_id):
    planned = get_object_or_404(booking_of(request, booking_id).planned_mails, pk=planned_id)
    done = _("The e-mail is stopped and will not be sent.")
    return do(request, booking_id, lambda: planned_mails.stop_planned(planned, by=request.user), done)


@permission_required("courses.change_booking", raise_exception=True)
@require_POST
def staff_planned_restart(request, booking_id, planned_id):
    planned = get_object_or_404(booking_of(request, booking_id).planned_mails, pk=planned_id)
    done = _("The e-mail is planned again.")
    return do(request, booking_id, lambda: planned_mails.restart_planned(planned, by=request.user), done)


def do(request, booking_id, act, done):
    try:
        act()
    except CoursesError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("courses:staff_booking_detail", booking_id)
