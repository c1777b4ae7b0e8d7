"""Addresses of the course pages, by subject."""

from . import (
    adaptations,
    attendance,
    bookings,
    calendars,
    card_payments,
    catalogue,
    certificates,
    einvoices,
    evaluations,
    exports,
    invoices,
    mails,
    own_data,
    participants,
    requests,
    road,
    school_holidays,
    sessions,
    staff_calendar,
    staffing,
    trainers,
)

app_name = "courses"

# What very many open at once comes first, since an address is looked up from the top; the catalogue after those that
# begin like it, since its addresses end in names that people choose.
urlpatterns = [
    *requests.urlpatterns,
    *calendars.urlpatterns,
    *catalogue.urlpatterns,
    *bookings.urlpatterns,
    *participants.urlpatterns,
    *own_data.urlpatterns,
    *certificates.urlpatterns,
    *invoices.urlpatterns,
    *evaluations.urlpatterns,
    *adaptations.urlpatterns,
    *attendance.urlpatterns,
    *trainers.urlpatterns,
    *road.urlpatterns,
    *school_holidays.urlpatterns,
    *exports.urlpatterns,
    *card_payments.urlpatterns,
    *mails.urlpatterns,
    *sessions.urlpatterns,
    *staffing.urlpatterns,
    *staff_calendar.urlpatterns,
    *einvoices.urlpatterns,
]
