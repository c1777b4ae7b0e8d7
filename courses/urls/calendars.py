"""Addresses of the calendar files and feeds."""

from django.urls import path

from courses.views import calendars, feeds

urlpatterns = [
    path("kalender/<str:token>.ics", calendars.feed, name="feed"),
    path("min-kommune/kalender/", feeds.booker_feeds, name="booker_feeds"),
    path("min-kommune/kalender/ny/", feeds.booker_feed_renew, name="booker_feed_renew"),
    path("min-kommune/kalender/<int:membership_id>/ny/", feeds.municipality_feed_renew, name="municipality_feed_renew"),
    path("stab/kalender/abonner/", feeds.staff_feed_page, name="staff_feed"),
    path("stab/kalender/abonner/ny/", feeds.staff_feed_renew, name="staff_feed_renew"),
    path("kurs/kalender/", feeds.public_feed, name="public_feed"),
    path("kurs/kalender.ics", calendars.public_calendar, name="public_calendar"),
    path("kurs/<slug:slug>/<int:session_id>/kalender.ics", calendars.session_calendar, name="session_calendar"),
    path("deltaker/<str:token>/kalender.ics", calendars.participant_calendar, name="participant_calendar"),
    path("bestilling/<str:token>/kalender.ics", calendars.booking_calendar, name="booking_calendar"),
]
