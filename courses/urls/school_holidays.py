"""Addresses of the school holidays."""

from django.urls import path

from courses.views import school_holidays

urlpatterns = [
    path("stab/kursholdere/skoleferier/", school_holidays.school_holiday_list, name="school_holiday_list"),
    path(
        "stab/kursholdere/skoleferier/<int:holiday_id>/slett/",
        school_holidays.school_holiday_remove,
        name="school_holiday_remove",
    ),
]
