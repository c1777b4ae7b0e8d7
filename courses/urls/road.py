"""Addresses of what trainers need around their teaching: calendar by invitation, the day, expenses, swaps, notes."""

from django.urls import path

from courses.views import trainer_invitations

urlpatterns = [
    path("kursholder/kalender/valg/", trainer_invitations.trainer_calendar_choice, name="trainer_calendar_choice"),
    path("stab/kursholdere/kalendersvar/", trainer_invitations.calendar_answer_list, name="calendar_answer_list"),
    path(
        "stab/kursholdere/kalendersvar/<int:answer_id>/ferdig/",
        trainer_invitations.calendar_answer_settle,
        name="calendar_answer_settle",
    ),
]
