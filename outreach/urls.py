"""Addresses of the outreach pages."""

from django.urls import include, path

from outreach.views import approvals, demands, gullstandard, hooks, letters, mailings, politicians, recipients, wordings

app_name = "outreach"

urlpatterns = [
    path("krav/", demands.demand_list, name="demand_list"),
    path("krav/<slug:slug>/", demands.demand_detail, name="demand_detail"),
    path("krav/<slug:slug>/<int:version>/", demands.demand_version, name="demand_version"),
    path("kommuner/<municipality:number>/gullstandard/", gullstandard.checklist_detail, name="checklist_detail"),
    path("stab/kommuner/<municipality:number>/gullstandard/", gullstandard.checklist_update, name="checklist_update"),
    path("stab/utsendinger/", mailings.mailing_list, name="mailing_list"),
    path("stab/utsendinger/ny/", mailings.mailing_create, name="mailing_create"),
    path("stab/utsendinger/mottakere/", recipients.recipient_list, name="recipient_list"),
    path("stab/utsendinger/mottakere/<number>/", recipients.recipient_detail, name="recipient_detail"),
    path("stab/utsendinger/mottakere/<number>/postmottak/", recipients.mailbox_update, name="mailbox_update"),
    path("stab/utsendinger/mottakere/<number>/ordforer/", recipients.mayor_update, name="mayor_update"),
    path("stab/utsendinger/mottakere/<number>/ordforer/avslutt/", recipients.mayor_end, name="mayor_end"),
    path("stab/utsendinger/politikere/", politicians.politician_list, name="politician_list"),
    path("stab/utsendinger/politikere.csv", politicians.politician_csv, name="politician_csv"),
    path("stab/utsendinger/politikere/<int:pk>/", politicians.politician_detail, name="politician_detail"),
    path("stab/utsendinger/krav/", wordings.wording_list, name="wording_list"),
    path("stab/utsendinger/krav/nytt/", wordings.demand_create, name="demand_create"),
    path("stab/utsendinger/krav/<slug:slug>/", wordings.wording_update, name="wording_update"),
    path("stab/utsendinger/krav/<slug:slug>/utkast/", wordings.wording_draft, name="wording_draft"),
    path("stab/utsendinger/krav/<slug:slug>/utkast/likt/", wordings.wording_confirm, name="wording_confirm"),
    path("stab/utsendinger/krav/<slug:slug>/utkast/publiser/", wordings.wording_publish, name="wording_publish"),
    path("stab/utsendinger/krav/<slug:slug>/utkast/forkast/", wordings.wording_discard, name="wording_discard"),
    path("stab/utsendinger/krav/<slug:slug>/status/", wordings.demand_status, name="demand_status"),
    path("stab/utsendinger/hjemler/", hooks.hook_list, name="hook_list"),
    path("stab/utsendinger/hjemler/ny/", hooks.hook_create, name="hook_create"),
    path("stab/utsendinger/hjemler/<slug:key>/", hooks.hook_update, name="hook_update"),
    path("stab/utsendinger/hjemler/<slug:key>/sjekket/", hooks.hook_check, name="hook_check"),
    path("stab/utsendinger/verv/", include("outreach.office_urls")),
    path("stab/utsendinger/<int:pk>/", mailings.mailing_detail, name="mailing_detail"),
    path("stab/utsendinger/<int:pk>/endre/", mailings.mailing_update, name="mailing_update"),
    path("stab/utsendinger/<int:pk>/utskrift/", mailings.mailing_print, name="mailing_print"),
    path("stab/utsendinger/<int:pk>/lag-brev/", mailings.mailing_draft, name="mailing_draft"),
    path("stab/utsendinger/<int:pk>/send-inn/", approvals.mailing_submit, name="mailing_submit"),
    path("stab/utsendinger/<int:pk>/godkjenn/", approvals.mailing_approve, name="mailing_approve"),
    path("stab/utsendinger/<int:pk>/tilbake/", approvals.mailing_return, name="mailing_return"),
    path("stab/utsendinger/<int:pk>/avlys/", approvals.mailing_cancel, name="mailing_cancel"),
    path("stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/", letters.letter_detail, name="letter_detail"),
    path("stab/utsendinger/<int:mailing_pk>/brev/<int:pk>/prove/", letters.letter_test, name="letter_test"),
]
