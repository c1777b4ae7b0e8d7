"""Addresses of what participants need, and of what they choose for themselves."""

from django.urls import path

from courses.views import adaptations, own_choices, sheets, staff_participants

ROOMS = {"trainer": "kursholder/<int:session_id>/behov/", "staff": "stab/kurs/<int:session_id>/behov/"}

urlpatterns = [
    *(
        path(root, adaptations.adaptation_list, {"room": room}, name=f"{room}_adaptations")
        for room, root in ROOMS.items()
    ),
    path("deltaker/<str:token>/behov/", own_choices.participant_adaptation, name="participant_adaptation"),
    path(
        "deltaker/<str:token>/behov/slett/",
        own_choices.participant_adaptation_delete,
        name="participant_adaptation_delete",
    ),
    path("deltaker/<str:token>/navn/", own_choices.participant_alias, name="participant_alias"),
    path("deltaker/<str:token>/navn/vis/", own_choices.participant_alias_remove, name="participant_alias_remove"),
    path("deltaker/<str:token>/diskret/", own_choices.participant_discretion, name="participant_discretion"),
    path("bestilling/<str:token>/ark/", sheets.booking_sheets, name="booking_sheets"),
    path("bestilling/<str:token>/navn/<int:participant_id>/ark/", sheets.participant_sheet, name="participant_sheet"),
    path("bestilling/<str:token>/diskret/", sheets.booking_discretion, name="booking_discretion"),
    path("stab/deltakere/<int:participant_id>/", staff_participants.staff_participant, name="staff_participant"),
    path(
        "stab/deltakere/<int:participant_id>/navn/",
        staff_participants.staff_participant_alias,
        name="staff_participant_alias",
    ),
    path(
        "stab/deltakere/<int:participant_id>/navn/vis/",
        staff_participants.staff_participant_alias_remove,
        name="staff_participant_alias_remove",
    ),
    path(
        "stab/deltakere/<int:participant_id>/behov/",
        staff_participants.staff_participant_adaptation,
        name="staff_participant_adaptation",
    ),
    path(
        "stab/deltakere/<int:participant_id>/behov/slett/",
        staff_participants.staff_participant_adaptation_delete,
        name="staff_participant_adaptation_delete",
    ),
]
