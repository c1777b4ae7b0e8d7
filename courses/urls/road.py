"""Addresses of what trainers need around their teaching: calendar by invitation, the day, expenses, swaps, notes."""

from django.urls import path

from courses.views import expenses, road, road_notes, swaps, trainer_invitations, trainer_joining
from taushet.tables.writing import CSV, XLSX

NO, YES = False, True

urlpatterns = [
    path("kursholder/i-dag/", road.trainer_today, name="trainer_today"),
    path("kursholder/<int:session_id>/merknad/", road_notes.trainer_note, name="trainer_note"),
    path("kursholder/kalender/valg/", trainer_invitations.trainer_calendar_choice, name="trainer_calendar_choice"),
    path("kursholder/utlegg/", expenses.trainer_expenses, name="trainer_expenses"),
    path("kursholder/utlegg/<int:assignment_id>/", expenses.trainer_expense_claim, name="trainer_expense_claim"),
    path("kursholder/bytter/", swaps.trainer_swaps, name="trainer_swaps"),
    path("kursholder/<int:session_id>/bytte/", swaps.swap_ask, name="swap_ask"),
    path("kursholder/bytter/<int:swap_id>/ja/", swaps.swap_answer, {"agrees": YES}, name="swap_accept"),
    path("kursholder/bytter/<int:swap_id>/nei/", swaps.swap_answer, {"agrees": NO}, name="swap_decline"),
    path("kursholder/bytter/<int:swap_id>/trekk/", swaps.swap_take_back, name="swap_take_back"),
    path("stab/kursholdere/inviter/", trainer_joining.trainer_invite, name="trainer_invite"),
    path("stab/kursholdere/kalendersvar/", trainer_invitations.calendar_answer_list, name="calendar_answer_list"),
    path(
        "stab/kursholdere/kalendersvar/<int:answer_id>/ferdig/",
        trainer_invitations.calendar_answer_settle,
        name="calendar_answer_settle",
    ),
    path("stab/kursholdere/bytter/", swaps.swap_list, name="swap_list"),
    path("stab/kursholdere/bytter/<int:swap_id>/godkjenn/", swaps.swap_decide, {"approves": YES}, name="swap_approve"),
    path("stab/kursholdere/bytter/<int:swap_id>/avsla/", swaps.swap_decide, {"approves": NO}, name="swap_refuse"),
    path("stab/kursholdere/merknader/", road_notes.road_note_list, name="road_note_list"),
    path("stab/kursholdere/merknader/<int:note_id>/slett/", road_notes.road_note_remove, name="road_note_remove"),
    path("stab/kursholdere/utlegg/", expenses.expense_list, name="expense_list"),
    *(
        path(
            f"stab/kursholdere/utlegg.{ending}", expenses.expense_export, {"ending": ending}, name=f"expenses_{ending}"
        )
        for ending in (CSV, XLSX)
    ),
    path("stab/kursholdere/utlegg/<int:claim_id>/gjor-opp/", expenses.expense_settle, name="expense_settle"),
    path("stab/kursholdere/utlegg/<int:claim_id>/apne/", expenses.expense_reopen, name="expense_reopen"),
]
