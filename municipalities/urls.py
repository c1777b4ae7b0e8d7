"""Addresses of the municipalities pages."""

app_name = "municipalities"

urlpatterns = []
