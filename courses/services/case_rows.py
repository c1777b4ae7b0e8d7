"""What a case holds, read for both of its forms: the document and the fields (`archive`)."""

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from courses.models import Booking, BookingFee, BookingMessage, ChangeRequest, Participant, PlannedMail
from taushet.models import AuditEntry

from . import mail_log
from .changes import date_of
from .mail_plan import AfterCourse, plan_for_contact

MOST_ROWS = 2000
LONGEST_LETTER = 8000
STEPS = {
    "booking.held": lambda: _("Booked; the seats were held until the address was confirmed."),
    "booking.waiting": lambda: _("Put on the waiting list."),
    "booking.offered": lambda: _("Seats were offered."),
    "booking.offer_lapsed": lambda: _("The time to answer the offer ran out."),
    "booking.offer_declined": lambda: _("The offer was declined."),
    "booking.wish_changed": lambda: _("The wish on the waiting list was changed."),
    "booking.let_in": lambda: _("Let in past the waiting list."),
    "booking.wait_ended": lambda: _("The waiting list ended with the course."),
    "booking.confirmed": lambda: _("Confirmed."),
    "booking.change_asked": lambda: _("We were asked for a change."),
    "booking.change_withdrawn": lambda: _("The request for a change was withdrawn."),
    "booking.change_approved": lambda: _("The request for a change was approved."),
    "booking.change_refused": lambda: _("The request for a change was refused."),
    "booking.discretion": lambda: _("It was chosen whether mail and calendar name the course."),
    "booking.address_corrected": lambda: _("The e-mail address of the contact was corrected."),
    "booking.seats": lambda: _("The number of seats was changed from %(before)s to %(after)s."),
    "booking.moved": lambda: _("Moved from %(before)s to %(after)s."),
    "booking.price_passed_on": lambda: _("The price of the whole course passed on to this booking."),
    "booking.reference": lambda: _("The invoice reference was given."),
    "booking.second_contact": lambda: _("A second contact was named."),
    "booking.second_contact_removed": lambda: _("The second contact was removed."),
    "booking.hand_over": lambda: _("A colleague was asked to take over."),
    "booking.taken_over": lambda: _("A colleague took over."),
    "booking.cancelled": lambda: _("Cancelled."),
    "booking.expired": lambda: _("Expired, since the address was not confirmed."),
    "booking.written_to": lambda: _("We wrote to the contact."),
    "booking.message_sent_again": lambda: _("We sent an e-mail once more."),
    "booking.archived": lambda: _("The case was taken out as a file."),
}


def payer_of(booking: Booking) -> str:
    if not booking.payer:
        return ""
    return " ".join(filter(None, [booking.payer.name, booking.payer.organisation_number]))


def meetings_of(booking: Booking) -> list:
    meetings = list(booking.session.meetings.order_by("starts_at", "pk"))
    for meeting in meetings:
        meeting.session = booking.session
    return meetings


def participants_of(booking: Booking) -> QuerySet[Participant]:
    """Everybody who has or had a named seat; the names are those of now, erased ones are gone."""
    return booking.participants.order_by("created_at", "pk")[:MOST_ROWS]


def person_row(one: Participant) -> list:
    return [one.listed_name, one.listed_workplace, one.listed_role, str(one.get_state_display()), one.created_at]


def messages_of(booking: Booking) -> list[BookingMessage]:
    """What was written to whom, as the contact's own page shows it."""
    rows = mail_log.shown_to_contact(booking).order_by("message__created_at", "pk")
    return list(rows[:MOST_ROWS])


def planned_of(booking: Booking) -> list[PlannedMail | AfterCourse]:
    return plan_for_contact(booking)


def requests_of(booking: Booking) -> QuerySet[ChangeRequest]:
    return booking.change_requests.select_related("session").order_by("pk")[:MOST_ROWS]


def asked_for(request: ChangeRequest) -> str:
    """What a request asks for, in the sentence the pages use."""
    return render_to_string("courses/change_request_line.html", {"asked": request}).strip()


def fees_of(booking: Booking) -> QuerySet[BookingFee]:
    return booking.fees.order_by("pk")[:MOST_ROWS]


def whom_of(row: BookingMessage) -> str:
    if row.participant and row.message.to_email not in {row.booking.contact_email, row.booking.second_email}:
        return row.participant.listed_name
    return row.message.to_email


def step_of(entry: AuditEntry) -> str:
    """Say what was done, with what it was before and after."""
    sentence, detail = STEPS[entry.action](), entry.detail
    if entry.action == "booking.seats":
        return sentence % detail
    if entry.action == "booking.moved":
        return sentence % {name: date_of(detail[name]) for name in ("before", "after")}
    return sentence


def entries_of(booking: Booking) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.about(booking).filter(action__in=STEPS).order_by("at", "pk")[:MOST_ROWS]
