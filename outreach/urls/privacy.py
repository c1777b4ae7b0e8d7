"""Addresses of the objection of a politician, and all we hold about one."""

from django.urls import path

from outreach.views import objections, subject_access

urlpatterns = [
    path("brev/nei-takk/<token>/", objections.objection, name="objection"),
    path("stab/utsendinger/politikere/<int:pk>/innsyn/", subject_access.politician_told, name="politician_told"),
    path(
        "stab/utsendinger/politikere/<int:pk>/innsyn/innsyn.json",
        subject_access.politician_told_json,
        name="politician_told_json",
    ),
    path(
        "stab/utsendinger/politikere/<int:pk>/innsyn/innsyn.pdf",
        subject_access.politician_told_pdf,
        name="politician_told_pdf",
    ),
    path("stab/utsendinger/politikere/<int:pk>/protest/", objections.politician_object, name="politician_object"),
    path(
        "stab/utsendinger/politikere/<int:pk>/protest/trekk/",
        objections.politician_object_withdraw,
        name="politician_object_withdraw",
    ),
]
