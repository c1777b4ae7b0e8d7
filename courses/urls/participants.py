"""Addresses of the participants."""

from django.urls import path

from courses.views import participants

urlpatterns = [
    path("pamelding/<str:token>/", participants.participant_signup, name="participant_signup"),
    path("deltaker/<str:token>/", participants.participant_detail, name="participant_detail"),
    path("deltaker/<str:token>/meld-av/", participants.participant_withdraw, name="participant_withdraw"),
]
