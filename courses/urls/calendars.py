"""Addresses of the calendar files and feeds."""

from django.urls import path

from courses.views import calendars

urlpatterns = [
    path("kalender/<str:token>.ics", calendars.feed, name="feed"),
    path("kurs/kalender.ics", calendars.public_calendar, name="public_calendar"),
    path("kurs/<slug:slug>/<int:session_id>/kalender.ics", calendars.session_calendar, name="session_calendar"),
    path("deltaker/<str:token>/kalender.ics", calendars.participant_calendar, name="participant_calendar"),
    path("bestilling/<str:token>/kalender.ics", calendars.booking_calendar, name="booking_calendar"),
]
