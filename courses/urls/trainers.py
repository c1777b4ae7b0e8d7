"""Addresses of the trainer's pages."""

urlpatterns = []
