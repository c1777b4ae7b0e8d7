"""Addresses of evaluation."""

from django.urls import path

from courses.views import evaluations

urlpatterns = [
    path("evaluering/<str:token>/", evaluations.evaluation, name="evaluation"),
    path("stab/kurs/evaluering/", evaluations.evaluation_results, name="evaluation_results"),
]
