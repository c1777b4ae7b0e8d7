"""Addresses of the outreach pages."""

app_name = "outreach"

urlpatterns = []
