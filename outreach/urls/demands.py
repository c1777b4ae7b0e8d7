"""Addresses of demands, their wording, what they lean on, and the Gullstandard."""

from django.urls import path

from outreach.views import demands, gullstandard, hooks, wordings

urlpatterns = [
    path("krav/", demands.demand_list, name="demand_list"),
    path("krav/<slug:slug>/", demands.demand_detail, name="demand_detail"),
    path("krav/<slug:slug>/<int:version>/", demands.demand_version, name="demand_version"),
    path("kommuner/<municipality:number>/gullstandard/", gullstandard.checklist_detail, name="checklist_detail"),
    path("stab/kommuner/<municipality:number>/gullstandard/", gullstandard.checklist_update, name="checklist_update"),
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
]
