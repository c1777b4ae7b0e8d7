"""Addresses of the trainer's pages, and of staff's pages for trainers."""

from django.urls import path

from courses.views import assignments, availability, busy, trainer_calendar, trainers

urlpatterns = [
    path("kursholder/", trainers.trainer_home, name="trainer_home"),
    path("kursholder/profil/", trainers.trainer_profile, name="trainer_profile"),
    path("kursholder/tilgjengelighet/", availability.trainer_availability, name="trainer_availability"),
    path("kursholder/tilgjengelighet/dag/", availability.trainer_day, name="trainer_day"),
    path("kursholder/tilgjengelighet/skjema/", availability.trainer_hours, name="trainer_hours"),
    path(
        "kursholder/tilgjengelighet/unntak/<int:exception_id>/fjern/",
        availability.trainer_exception_remove,
        name="trainer_exception_remove",
    ),
    path("kursholder/egne-kalendere/", busy.trainer_busy, name="trainer_busy"),
    path("kursholder/egne-kalendere/<int:calendar_id>/les/", busy.trainer_busy_read, name="trainer_busy_read"),
    path("kursholder/egne-kalendere/<int:calendar_id>/fjern/", busy.trainer_busy_remove, name="trainer_busy_remove"),
    path("kursholder/uke/", trainer_calendar.trainer_calendar_week, name="trainer_calendar_week"),
    path("kursholder/maned/", trainer_calendar.trainer_calendar_month, name="trainer_calendar_month"),
    path("kursholder/liste/", trainer_calendar.trainer_calendar_list, name="trainer_calendar_list"),
    path("kursholder/kalender/", trainers.trainer_feed, name="trainer_feed"),
    path("kursholder/kalender/ny/", trainers.trainer_feed_renew, name="trainer_feed_renew"),
    path("kursholder/<int:session_id>/", trainers.trainer_session, name="trainer_session"),
    path(
        "kursholder/<int:session_id>/kalender.ics", trainers.trainer_session_calendar, name="trainer_session_calendar"
    ),
    path("stab/kursholdere/", assignments.trainer_list, name="trainer_list"),
    path("stab/kursholdere/ny/", assignments.trainer_create, name="trainer_create"),
    path("stab/kursholdere/<int:trainer_id>/", assignments.trainer_update, name="trainer_update"),
    path("stab/kurs/<int:session_id>/kursholder/", assignments.assignment_create, name="assignment_create"),
    path(
        "stab/kurs/<int:session_id>/kursholder/<int:assignment_id>/fjern/",
        assignments.assignment_withdraw,
        name="assignment_withdraw",
    ),
]
