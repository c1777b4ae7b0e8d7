"""Addresses of the calendar files and feeds."""

urlpatterns = []
