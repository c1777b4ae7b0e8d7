"""Addresses of the staff pages for courses and sessions."""

urlpatterns = []
