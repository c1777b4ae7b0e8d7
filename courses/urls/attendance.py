"""Addresses of attendance: for the trainers of a session, and the same for staff."""

from django.urls import path

from courses.views import attendance

ROOMS = {"trainer": "kursholder/<int:session_id>/oppmote/", "staff": "stab/kurs/<int:session_id>/oppmote/"}
PAGES = {
    "attendance_overview": ("", attendance.attendance_overview),
    "attendance": ("<int:meeting_id>/", attendance.attendance_list),
    "attendance_marks": ("<int:meeting_id>/kryss/", attendance.attendance_marks),
    "attendance_walk_in": ("<int:meeting_id>/ny/", attendance.attendance_walk_in),
    "attendance_print": ("<int:meeting_id>/liste/", attendance.attendance_print),
}

urlpatterns = [
    path(root + tail, view, {"room": room}, name=f"{room}_{name}")
    for room, root in ROOMS.items()
    for name, (tail, view) in PAGES.items()
]
