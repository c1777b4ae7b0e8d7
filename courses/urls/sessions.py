"""Addresses of the staff pages for courses and sessions."""

from django.urls import path

from courses.views import courses, sessions

STEPS = {"apne": "open", "bekreft": "confirm", "holdt": "hold", "avlys": "cancel"}

urlpatterns = [
    path("stab/kurs/", sessions.staff_session_list, name="staff_session_list"),
    path("stab/kurs/ny/", sessions.staff_session_create, name="staff_session_create"),
    path("stab/kurs/tekster/", courses.staff_course_list, name="staff_course_list"),
    path("stab/kurs/tekster/nytt/", courses.staff_course_create, name="staff_course_create"),
    path("stab/kurs/tekster/<slug:slug>/", courses.staff_course_update, name="staff_course_update"),
    path("stab/kurs/<int:session_id>/", sessions.staff_session_detail, name="staff_session_detail"),
    path("stab/kurs/<int:session_id>/endre/", sessions.staff_session_update, name="staff_session_update"),
    *(
        path(
            f"stab/kurs/<int:session_id>/{word}/",
            sessions.staff_session_step,
            {"step": step},
            name=f"staff_session_{step}",
        )
        for word, step in STEPS.items()
    ),
]
