"""Addresses of sending: progress, letters that follow, corrected addresses."""

from django.urls import path

from outreach.models import Mailing
from outreach.views import redelivering, sending

urlpatterns = [
    path("stab/utsendinger/<int:pk>/sending/", sending.mailing_sending, name="mailing_sending"),
    path("stab/utsendinger/<int:pk>/sending/endre/", sending.mailing_sending_update, name="mailing_sending_update"),
    path("stab/utsendinger/<int:pk>/sending/stans/", sending.mailing_pause, name="mailing_pause"),
    path("stab/utsendinger/<int:pk>/sending/fortsett/", sending.mailing_resume, name="mailing_resume"),
    path("stab/utsendinger/<int:pk>/sending/tempo/", sending.mailing_rate, name="mailing_rate"),
    path(
        "stab/utsendinger/<int:pk>/paminnelse/",
        sending.mailing_follow,
        {"occasion": Mailing.Occasion.REMINDER},
        name="mailing_remind",
    ),
    path(
        "stab/utsendinger/<int:pk>/retting/",
        sending.mailing_follow,
        {"occasion": Mailing.Occasion.ERRATUM},
        name="mailing_correct",
    ),
    path(
        "stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/ny-adresse/",
        redelivering.letter_redeliver,
        name="letter_redeliver",
    ),
    path(
        "stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/ny-adresse/be-om/",
        redelivering.letter_redeliver_propose,
        name="letter_redeliver_propose",
    ),
    path(
        "stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/ny-adresse/godkjenn/",
        redelivering.letter_redeliver_approve,
        name="letter_redeliver_approve",
    ),
    path(
        "stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/ny-adresse/trekk/",
        redelivering.letter_redeliver_withdraw,
        name="letter_redeliver_withdraw",
    ),
    path("stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/pdf/", sending.letter_pdf, name="letter_pdf"),
]
