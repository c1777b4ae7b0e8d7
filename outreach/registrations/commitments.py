"""What promises and what is to be followed up tell the house: who may do what, what waits, and what the clock does."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outreach import tasks
from outreach.models import Commitment, CommitmentChange
from outreach.services.commitments.follow_up_offices import asked
from taushet import roles
from taushet.registries import (
    PeriodicTask,
    RolePermissions,
    TodayCard,
    periodic_tasks,
    role_permissions,
    today_cards,
)

SEE = ("outreach.view_commitment", "outreach.view_followup")
CONFIRM = (*SEE, "outreach.confirm_commitment")
ENTER = (*CONFIRM, "outreach.add_commitment", "outreach.change_commitment", "outreach.change_followup")
for role, permissions in {roles.CAMPAIGN: ENTER, roles.APPROVER: CONFIRM, roles.ADMINISTRATOR: ENTER}.items():
    role_permissions.register(RolePermissions(f"commitments-{role}", role, permissions))


def follow_ups_waiting(user):
    """Say how many letters and promises should be followed up."""
    if count := asked(timezone.localdate()).count():
        sentence = ngettext("%(n)s to follow up", "%(n)s to follow up", count)
        yield sentence % {"n": count}, reverse("outreach:follow_up_list")


def promises_to_confirm(user):
    """The promises that somebody else has entered, and what somebody else says of how they go."""
    waiting = Commitment.objects.waiting().exclude(entered_by=user).select_related("municipality")
    for commitment in waiting.order_by("entered_at", "pk")[:20]:
        place = commitment.municipality.display_name if commitment.municipality else str(_("The whole country"))
        yield f"{place}: {commitment.quote[:80]}", commitment.get_absolute_url()
    changes = CommitmentChange.objects.waiting().exclude(changed_by=user)
    for change in changes.select_related("commitment").order_by("changed_at", "pk")[:20]:
        line = f"{change.get_status_display()}: {change.commitment.quote[:80]}"
        yield line, change.commitment.get_absolute_url()


def promises_to_review(user):
    """Say how many promises need to be looked at anew."""
    if count := Commitment.objects.standing().filter(status=Commitment.Status.REVIEW).count():
        sentence = ngettext("%(n)s promise to review", "%(n)s promises to review", count)
        yield sentence % {"n": count}, f"{reverse('outreach:commitment_list')}?status={Commitment.Status.REVIEW}"


for key, title, permission, items in (
    ("follow-ups", _("Unanswered letters and promises"), "outreach.change_followup", follow_ups_waiting),
    ("promises", _("Promises to confirm"), "outreach.confirm_commitment", promises_to_confirm),
    ("review", _("Promises of those who have left office"), "outreach.change_commitment", promises_to_review),
):
    today_cards.register(TodayCard(key, title, permission, items, order=55))
periodic_tasks.register(PeriodicTask("promises", timedelta(hours=1), tasks.review_promises.enqueue))
periodic_tasks.register(PeriodicTask("follow-ups", timedelta(hours=6), tasks.open_follow_ups.enqueue))
