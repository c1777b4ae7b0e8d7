"""Addresses of mailings and their letters until they are approved."""

from django.urls import path

from outreach.views import approvals, dry_runs, letters, mailings, picks

urlpatterns = [
    path("stab/utsendinger/", mailings.mailing_list, name="mailing_list"),
    path("stab/utsendinger/ny/", mailings.mailing_create, name="mailing_create"),
    path("stab/utsendinger/ny/antall/", mailings.audience_count, name="audience_count"),
    path("stab/utsendinger/<int:pk>/", dry_runs.mailing_detail, name="mailing_detail"),
    path("stab/utsendinger/<int:pk>/endre/", mailings.mailing_update, name="mailing_update"),
    path("stab/utsendinger/<int:pk>/endre/antall/", mailings.audience_count, name="mailing_count"),
    path("stab/utsendinger/<int:pk>/framdrift/", dry_runs.mailing_progress, name="mailing_progress"),
    path("stab/utsendinger/<int:pk>/forskjeller/", dry_runs.mailing_variants, name="mailing_variants"),
    path("stab/utsendinger/<int:pk>/brev.csv", dry_runs.letter_export, name="letter_export"),
    path("stab/utsendinger/<int:pk>/mottakere/", picks.mailing_picks, name="mailing_picks"),
    path("stab/utsendinger/<int:pk>/mottakere/<int:mandate_pk>/inn/", picks.pick_add, name="pick_add"),
    path("stab/utsendinger/<int:pk>/mottakere/<int:mandate_pk>/ut/", picks.pick_drop, name="pick_drop"),
    path("stab/utsendinger/<int:pk>/mottakere/<int:mandate_pk>/angre/", picks.pick_undo, name="pick_undo"),
    path("stab/utsendinger/<int:pk>/utskrift/", dry_runs.mailing_print, name="mailing_print"),
    path("stab/utsendinger/<int:pk>/lag-brev/", dry_runs.mailing_draft, name="mailing_draft"),
    path("stab/utsendinger/<int:pk>/send-inn/", approvals.mailing_submit, name="mailing_submit"),
    path("stab/utsendinger/<int:pk>/godkjenn/", approvals.mailing_approve, name="mailing_approve"),
    path("stab/utsendinger/<int:pk>/tilbake/", approvals.mailing_return, name="mailing_return"),
    path("stab/utsendinger/<int:pk>/avlys/", approvals.mailing_cancel, name="mailing_cancel"),
    path("stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/", letters.letter_detail, name="letter_detail"),
    path("stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/rediger/", letters.letter_edit, name="letter_edit"),
    path(
        "stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/utkastet/", letters.letter_edit_drop, name="letter_edit_drop"
    ),
    path("stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/prove/", letters.letter_test, name="letter_test"),
]
