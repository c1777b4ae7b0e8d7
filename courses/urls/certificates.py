"""Addresses of course certificates."""

from django.urls import path

from courses.views import certificates

from .attendance import ROOMS

urlpatterns = [
    *(
        path(f"{root}kursbevis/", certificates.certificates_issue, {"room": room}, name=f"{room}_certificates_issue")
        for room, root in ROOMS.items()
    ),
    path("deltaker/<str:token>/kursbevis/", certificates.participant_certificate_issue, name="certificate_issue"),
    path("deltaker/<str:token>/kursbevis.pdf", certificates.participant_certificate, name="participant_certificate"),
    path(
        "bestilling/<str:token>/navn/<int:participant_id>/kursbevis.pdf",
        certificates.booking_certificate,
        name="booking_certificate",
    ),
    path("kursbevis/", certificates.certificate_form, name="certificate_form"),
    path("kursbevis/<str:code>/", certificates.certificate_check, name="certificate_check"),
]
