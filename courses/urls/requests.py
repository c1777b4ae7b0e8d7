"""Addresses of requests for a course at home."""

from django.urls import path

from courses.views import requests, staff_requests

urlpatterns = [
    path("kurs/foresporsel/", requests.request_create, name="request_create"),
    path("foresporsel/<str:token>/", requests.request_detail, name="request_detail"),
    path("foresporsel/<str:token>/bekreft/", requests.request_confirm, name="request_confirm"),
    path("foresporsel/<str:token>/dato/<int:offer_id>/", requests.request_accept, name="request_accept"),
    path("foresporsel/<str:token>/andre-datoer/", requests.request_again, name="request_again"),
    path("foresporsel/<str:token>/trekk/", requests.request_withdraw, name="request_withdraw"),
    path("stab/kurs/foresporsler/", staff_requests.staff_request_list, name="staff_request_list"),
    path("stab/kurs/foresporsler/<int:request_id>/", staff_requests.staff_request_detail, name="staff_request_detail"),
    path(
        "stab/kurs/foresporsler/<int:request_id>/tilbud/",
        staff_requests.staff_request_offer,
        name="staff_request_offer",
    ),
    path(
        "stab/kurs/foresporsler/<int:request_id>/tilbud/<int:offer_id>/godta/",
        staff_requests.staff_offer_accept,
        name="staff_offer_accept",
    ),
    path(
        "stab/kurs/foresporsler/<int:request_id>/tilbud/<int:offer_id>/trekk/",
        staff_requests.staff_offer_take_back,
        name="staff_offer_take_back",
    ),
    path(
        "stab/kurs/foresporsler/<int:request_id>/avsla/",
        staff_requests.staff_request_decline,
        name="staff_request_decline",
    ),
]
