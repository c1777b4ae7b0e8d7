"""Addresses of the public catalogue."""

from django.urls import path

from courses.views import catalogue, date_alerts

urlpatterns = [
    path("kurs/", catalogue.course_list, name="course_list"),
    path("kurs/varsel/", date_alerts.date_alert_create, name="date_alert_create"),
    path("varsel/<str:token>/", date_alerts.date_alert_detail, name="date_alert_detail"),
    path("varsel/<str:token>/bekreft/", date_alerts.date_alert_confirm, name="date_alert_confirm"),
    path("varsel/<str:token>/stopp/", date_alerts.date_alert_stop, name="date_alert_stop"),
    path("kurs/<slug:slug>/", catalogue.course_detail, name="course_detail"),
    path("kurs/<slug:slug>/<int:session_id>/", catalogue.session_detail, name="session_detail"),
    path("kurs/<slug:slug>/<int:session_id>/venteliste/", catalogue.session_wait, name="session_wait"),
]
