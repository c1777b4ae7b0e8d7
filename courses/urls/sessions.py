"""Addresses of the staff pages for courses and sessions."""

from django.urls import path

from courses.views import courses, meeting_moves, session_cancelling, sessions, staff_session_choice
from taushet.tables.writing import CSV, XLSX

STEPS = {"apne": "open", "bekreft": "confirm", "holdt": "hold"}

urlpatterns = [
    path("stab/kurs/", sessions.staff_session_list, name="staff_session_list"),
    path("stab/kurs/ny/", sessions.staff_session_create, name="staff_session_create"),
    path("stab/kurs/tekster/", courses.staff_course_list, name="staff_course_list"),
    path("stab/kurs/tekster/nytt/", courses.staff_course_create, name="staff_course_create"),
    path("stab/kurs/tekster/<slug:slug>/", courses.staff_course_update, name="staff_course_update"),
    path("stab/kurs/tekster/<slug:slug>/vilkar/", courses.staff_course_terms, name="staff_course_terms"),
    path("stab/kurs/valgte/", staff_session_choice.staff_session_choice, name="staff_session_choice"),
    *(
        path(
            f"stab/kurs/valgte/liste.{ending}",
            staff_session_choice.session_choice_export,
            {"ending": ending},
            name=f"session_choice_{ending}",
        )
        for ending in (CSV, XLSX)
    ),
    path("stab/kurs/<int:session_id>/deles/", sessions.staff_session_share, name="staff_session_share"),
    path(
        "stab/kurs/<int:session_id>/deles/<str:number>/fjern/",
        sessions.staff_session_unshare,
        name="staff_session_unshare",
    ),
    path("stab/kurs/<int:session_id>/", sessions.staff_session_detail, name="staff_session_detail"),
    path(
        "stab/kurs/<int:session_id>/moter/<int:meeting_id>/flytt/",
        meeting_moves.staff_meeting_move,
        name="staff_meeting_move",
    ),
    path("stab/kurs/<int:session_id>/endre/", sessions.staff_session_update, name="staff_session_update"),
    path("stab/kurs/<int:session_id>/avlys/", session_cancelling.staff_session_cancel, name="staff_session_cancel"),
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
