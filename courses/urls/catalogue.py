"""Addresses of the public catalogue."""

urlpatterns = []
