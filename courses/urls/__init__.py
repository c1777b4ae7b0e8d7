"""Addresses of the course pages, by subject."""

from . import (
    adaptations,
    attendance,
    bookings,
    calendars,
    catalogue,
    certificates,
    evaluations,
    exports,
    mails,
    own_data,
    participants,
    requests,
    road,
    sessions,
    staff_calendar,
    staffing,
    trainers,
)

app_name = "courses"

# The catalogue comes last: its addresses end in names that people choose.
urlpatterns = [
    *adaptations.urlpatterns,
    *attendance.urlpatterns,
    *bookings.urlpatterns,
    *participants.urlpatterns,
    *own_data.urlpatterns,
    *certificates.urlpatterns,
    *evaluations.urlpatterns,
    *exports.urlpatterns,
    *mails.urlpatterns,
    *requests.urlpatterns,
    *sessions.urlpatterns,
    *staffing.urlpatterns,
    *staff_calendar.urlpatterns,
    *road.urlpatterns,
    *trainers.urlpatterns,
    *calendars.urlpatterns,
    *catalogue.urlpatterns,
]
