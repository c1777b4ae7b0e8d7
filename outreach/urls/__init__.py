"""Addresses of the outreach pages, by subject."""

from . import commitments, consultations, demands, mailings, offices, privacy, replies, sending

app_name = "outreach"

urlpatterns = [
    *privacy.urlpatterns,
    *demands.urlpatterns,
    *mailings.urlpatterns,
    *offices.urlpatterns,
    *sending.urlpatterns,
    *replies.urlpatterns,
    *commitments.urlpatterns,
    *consultations.urlpatterns,
]
