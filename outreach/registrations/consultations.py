"""What consultations and submissions tell the house: who may do what, what waits, the search, and the calendar."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.demonstration import consultations as demonstration
from outreach.models import Consultation, Submission
from outreach.services.consultations import consultation_feed
from outreach.services.mailings.approvers import to_approve
from outreach.views.consultation_feed import deadline_feed
from taushet import roles
from taushet.registries import (
    Deactivation,
    DemonstrationPart,
    FeedKind,
    LinkKind,
    RolePermissions,
    SearchSource,
    TodayCard,
    deactivations,
    demonstration_parts,
    feed_kinds,
    link_kinds,
    role_permissions,
    search_sources,
    today_cards,
)
from taushet.searches import holds
from taushet.templatetags.ui import day

SOON = timedelta(days=14)
SEE = ("outreach.view_consultation", "outreach.view_submission")
CHANGE = (*SEE, "outreach.add_consultation", "outreach.change_consultation", "outreach.change_submission")
APPROVE = (*SEE, "outreach.approve_submission")


def deadlines_soon(user):
    """The deadlines of the next two weeks for what nobody has put aside or answered."""
    now = timezone.now()
    answered = Submission.objects.filter(consultation=OuterRef("pk"), delivered_on__isnull=False)
    for row in Consultation.objects.open().exclude(Exists(answered)).by_deadline():
        waiting = [at for at in (row.speak_by, row.answer_by) if at is not None and now <= at < now + SOON]
        if waiting:
            yield _("%(day)s: %(title)s") % {"day": day(min(waiting)), "title": row.title}, row.get_absolute_url()


def submissions_to_approve(user):
    """The submissions this person may approve."""
    return [(row.title, row.get_absolute_url()) for row in to_approve(Submission.objects.all(), user)]


def find_consultations(user, text):
    matching = Consultation.objects.filter(holds(text, "title", "reference", "held_by"))
    for row in matching.order_by("-pk")[:20]:
        yield row.title, f"{row.held_by} · {row.get_state_display()}", row.get_absolute_url()


for role, permissions in {
    roles.CAMPAIGN: CHANGE,
    roles.APPROVER: APPROVE,
    roles.ADMINISTRATOR: (*CHANGE, "outreach.approve_submission"),
}.items():
    role_permissions.register(RolePermissions(f"consultations-{role}", role, permissions))
link_kinds.register(LinkKind(consultation_feed.FEED, "courses:feed"))
feed_kinds.register(FeedKind(consultation_feed.FEED, deadline_feed))
deactivations.register(Deactivation("deadline-feed", consultation_feed.close_deadlines_of))
today_cards.register(
    TodayCard(
        "deadlines", gettext_lazy("Deadlines of consultations"), "outreach.view_consultation", deadlines_soon, order=54
    )
)
today_cards.register(
    TodayCard(
        "approve-submissions",
        gettext_lazy("Submissions that wait for your approval"),
        "outreach.approve_submission",
        submissions_to_approve,
        order=54,
    )
)
search_sources.register(
    SearchSource("consultations", gettext_lazy("Consultations"), "outreach.view_consultation", find_consultations)
)
demonstration_parts.register(DemonstrationPart("consultations", order=64, load=demonstration.load))
