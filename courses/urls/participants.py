"""Addresses of the participants."""

urlpatterns = []
