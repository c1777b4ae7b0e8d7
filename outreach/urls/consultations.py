"""Addresses of consultations, their calendar, and submissions."""

from django.urls import path

from outreach.views import consultation_feed, consultations, deliveries, submissions

urlpatterns = [
    path("stab/horinger/", consultations.consultation_list, name="consultation_list"),
    path("stab/horinger/ny/", consultations.consultation_create, name="consultation_create"),
    path("stab/horinger/les-inn/", consultations.consultation_import, name="consultation_import"),
    path("stab/horinger/les-inn/skriv/", consultations.consultation_import_write, name="consultation_import_write"),
    path("stab/horinger/kalender/", consultation_feed.deadline_feed_page, name="deadline_feed_page"),
    path("stab/horinger/kalender/ny/", consultation_feed.deadline_feed_renew, name="deadline_feed_renew"),
    path("stab/horinger/kalender/steng/", consultation_feed.deadline_feed_close, name="deadline_feed_close"),
    path("stab/horinger/<int:pk>/", consultations.consultation_detail, name="consultation_detail"),
    path("stab/horinger/<int:pk>/endre/", consultations.consultation_update, name="consultation_update"),
    path("stab/horinger/<int:pk>/innspill/", submissions.submission_create, name="submission_create"),
    path("stab/horinger/innspill/<int:pk>/", submissions.submission_detail, name="submission_detail"),
    path("stab/horinger/innspill/<int:pk>/endre/", submissions.submission_update, name="submission_update"),
    path("stab/horinger/innspill/<int:pk>/send-inn/", submissions.submission_submit, name="submission_submit"),
    path("stab/horinger/innspill/<int:pk>/godkjenn/", submissions.submission_approve, name="submission_approve"),
    path("stab/horinger/innspill/<int:pk>/tilbake/", submissions.submission_return, name="submission_return"),
    path("stab/horinger/innspill/<int:pk>/levert/", deliveries.submission_delivered, name="submission_delivered"),
    path("stab/horinger/innspill/<int:pk>/levert/rett/", deliveries.delivery_correct, name="delivery_correct"),
    path(
        "stab/horinger/innspill/<int:pk>/levert/ta-tilbake/", deliveries.delivery_take_back, name="delivery_take_back"
    ),
    path("stab/horinger/innspill/<int:pk>/innspill.docx", submissions.submission_docx, name="submission_docx"),
    path("stab/horinger/innspill/<int:pk>/innspill.pdf", submissions.submission_pdf, name="submission_pdf"),
]
