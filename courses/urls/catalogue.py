"""Addresses of the public catalogue."""

from django.urls import path

from courses.views import catalogue

urlpatterns = [
    path("kurs/", catalogue.course_list, name="course_list"),
    path("kurs/<slug:slug>/", catalogue.course_detail, name="course_detail"),
    path("kurs/<slug:slug>/<int:session_id>/", catalogue.session_detail, name="session_detail"),
]
