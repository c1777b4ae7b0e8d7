"""Addresses of the outreach pages."""

from django.urls import path

from outreach.views import approvals, demands, letters, mailings, politicians, recipients

app_name = "outreach"

urlpatterns = [
    path("krav/", demands.demand_list, name="demand_list"),
    path("krav/<slug:slug>/", demands.demand_detail, name="demand_detail"),
    path("stab/utsendinger/", mailings.mailing_list, name="mailing_list"),
    path("stab/utsendinger/ny/", mailings.mailing_create, name="mailing_create"),
    path("stab/utsendinger/mottakere/", recipients.recipient_list, name="recipient_list"),
    path("stab/utsendinger/mottakere/<number>/", recipients.recipient_detail, name="recipient_detail"),
    path("stab/utsendinger/mottakere/<number>/postmottak/", recipients.mailbox_update, name="mailbox_update"),
    path("stab/utsendinger/mottakere/<number>/ordforer/", recipients.mayor_update, name="mayor_update"),
    path("stab/utsendinger/mottakere/<number>/ordforer/avslutt/", recipients.mayor_end, name="mayor_end"),
    path("stab/utsendinger/politikere/<int:pk>/", politicians.politician_detail, name="politician_detail"),
    path("stab/utsendinger/krav/", demands.wording_list, name="wording_list"),
    path("stab/utsendinger/krav/<slug:slug>/", demands.wording_update, name="wording_update"),
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
