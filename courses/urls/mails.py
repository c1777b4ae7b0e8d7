"""Addresses of the mails of a course and of a booking, and of the material for afterwards."""

from django.urls import path

from courses.views import mail_log, mails, materials

from .attendance import ROOMS

urlpatterns = [
    path("stab/kurs/tekster/<slug:slug>/e-post/", mails.staff_course_mails, name="staff_course_mails"),
    path(
        "stab/kurs/tekster/<slug:slug>/e-post/<slug:word>/",
        mails.staff_course_mail_update,
        name="staff_course_mail_update",
    ),
    path(
        "stab/kurs/tekster/<slug:slug>/e-post/<slug:word>/se/",
        mails.staff_course_mail_preview,
        name="staff_course_mail_preview",
    ),
    path(
        "stab/bestillinger/<int:booking_id>/e-post/<int:row_id>/igjen/",
        mail_log.staff_message_again,
        name="staff_message_again",
    ),
    path(
        "stab/bestillinger/<int:booking_id>/planlagt/<int:planned_id>/stopp/",
        mail_log.staff_planned_stop,
        name="staff_planned_stop",
    ),
    path(
        "stab/bestillinger/<int:booking_id>/planlagt/<int:planned_id>/start/",
        mail_log.staff_planned_restart,
        name="staff_planned_restart",
    ),
    *(
        path(
            root.removesuffix("oppmote/") + "materiell/",
            materials.material_update,
            {"room": room},
            name=f"{room}_material",
        )
        for room, root in ROOMS.items()
    ),
    path("deltaker/<str:token>/materiell/", materials.participant_material, name="participant_material"),
    path("bestilling/<str:token>/materiell/", materials.booking_material, name="booking_material"),
]
