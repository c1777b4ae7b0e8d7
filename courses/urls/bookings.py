"""Addresses of the booker's page and of staff bookings."""

urlpatterns = []
