"""Addresses of staff's calendar."""

from django.urls import path

from courses.views import staff_calendar

urlpatterns = [
    path("stab/kalender/", staff_calendar.staff_calendar_week, name="staff_calendar_week"),
    path("stab/kalender/maned/", staff_calendar.staff_calendar_month, name="staff_calendar_month"),
    path("stab/kalender/liste/", staff_calendar.staff_calendar_list, name="staff_calendar_list"),
    path("stab/kalender/kursholdere/", staff_calendar.staff_calendar_trainers, name="staff_calendar_trainers"),
    path("stab/kalender/fylker/", staff_calendar.staff_calendar_counties, name="staff_calendar_counties"),
]
