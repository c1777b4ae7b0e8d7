"""Addresses of what participants do to their own data, and of the case as one file."""

from django.urls import path

from courses.views import archive, own_data

urlpatterns = [
    path("deltaker/<str:token>/rett/", own_data.own_correct, name="own_correct"),
    path("deltaker/<str:token>/adresse/", own_data.own_address, name="own_address"),
    path("deltaker/<str:token>/bekreft-adresse/", own_data.own_address_prove, name="own_address_prove"),
    path("deltaker/<str:token>/kollega/", own_data.own_pass_on, name="own_pass_on"),
    path("deltaker/<str:token>/opplysninger.zip", own_data.own_copy, name="own_copy"),
    path("deltaker/<str:token>/slett/", own_data.own_erase, name="own_erase"),
    path("bestilling/<str:token>/arkiv.zip", archive.booking_archive, name="booking_archive"),
]
