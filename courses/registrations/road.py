"""What swaps, expenses and notes of trainers bring into the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.demonstration import road
from courses.models import ExpenseClaim
from courses.services.catalogue import when_text
from courses.services.expenses import claims_with_rows, erase_expenses
from courses.services.road_notes import forget_notes
from courses.services.swaps import forget_swap_words, swaps_with_rows
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    RetentionRule,
    RolePermissions,
    TodayCard,
    demonstration_parts,
    retention_rules,
    role_permissions,
    today_cards,
)

AGREEMENT = _("The agreement with the trainer (GDPR article 6 (1) b)")
SWAPS = ("courses.view_swap", "courses.change_swap")
NOTES = ("courses.view_roadnote", "courses.delete_roadnote")
EXPENSES = ("courses.view_expenseclaim", "courses.change_expenseclaim")
MOST = 20


def swaps_to_decide(user):
    """Return the swaps both trainers have agreed on, the soonest first."""
    agreed = swaps_with_rows().agreed().order_by("assignment__session__first_starts_at", "pk")
    for swap in agreed[:MOST]:
        session = swap.assignment.session
        when = when_text(session.first_starts_at, session.last_ends_at)
        yield f"{swap.assignment.trainer} → {swap.colleague}: {when}", reverse("courses:swap_list")


def expenses_to_settle(user):
    """Say how many sessions have expenses that are not settled."""
    if count := claims_with_rows(ExpenseClaim.objects.open()).count():
        sentence = ngettext("%(n)s session with travel expenses", "%(n)s sessions with travel expenses", count)
        yield sentence % {"n": count}, reverse("courses:expense_list")


today_cards.register(
    TodayCard("swaps", _("Trainers who want to swap"), "courses.change_swap", swaps_to_decide, order=41)
)
today_cards.register(
    TodayCard("expenses", _("Travel expenses to settle"), "courses.change_expenseclaim", expenses_to_settle, order=70)
)
for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"road-{role}", role, (*SWAPS, *NOTES)))
for role in (roles.CAMPAIGN, roles.FINANCE, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"expenses-{role}", role, EXPENSES))
retention_rules.register(
    RetentionRule(
        key="swaps",
        what=_("What trainers write to each other when one takes over from the other."),
        purpose=_("To agree on it."),
        basis=AGREEMENT,
        keep=_("Until 90 days after the session. That they swapped is kept with the session."),
        apply=forget_swap_words,
        fields=("courses.Swap.note", "courses.Swap.answer"),
    )
)
retention_rules.register(
    RetentionRule(
        key="expenses",
        what=_("What trainers have paid and driven for a session."),
        purpose=_("To pay it back, and to account for it."),
        basis=_("A legal obligation (the bookkeeping act), and the agreement with the trainer"),
        keep=_("Five years after the year of the session."),
        apply=erase_expenses,
        fields=("courses.ExpenseClaim.note", "courses.Outlay.what"),
    )
)
retention_rules.register(
    RetentionRule(
        key="road-notes",
        what=_("Notes from one trainer to the next about a place, without names, and which trainer wrote them."),
        purpose=_("So that the next trainer finds the way, the room and the key."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Two years after the note was written."),
        apply=forget_notes,
        fields=("courses.RoadNote.text",),
    )
)
demonstration_parts.register(DemonstrationPart("road", 90, road.load))
