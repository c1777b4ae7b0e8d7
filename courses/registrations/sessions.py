"""What sessions tell the house: who may do what, what needs doing, and which municipalities have held courses."""

from django.urls import reverse
from django.utils.translation import gettext_lazy

from courses.models import Course, Session
from courses.services.catalogue import when_text
from courses.services.held import courses_held, people_trained
from municipalities.knowledge import Knowledge, knowledge
from taushet import roles
from taushet.registries import RolePermissions, TodayCard, role_permissions, today_cards


def allowed(model: str, *actions: str) -> tuple[str, ...]:
    return tuple(f"courses.{action}_{model}" for action in actions)


SEE = (*allowed("course", "view"), *allowed("session", "view"), *allowed("meeting", "view"))
WORK = (
    *SEE,
    *allowed("course", "add", "change"),
    *allowed("session", "add", "change"),
    *allowed("meeting", "add", "change"),
    *allowed("datealert", "view"),
)

for role, permissions in {
    roles.CAMPAIGN: WORK,
    roles.APPROVER: SEE,
    roles.FINANCE: SEE,
    roles.ADMINISTRATOR: WORK,
}.items():
    role_permissions.register(RolePermissions(key=f"courses-{role}", role=role, permissions=permissions))


def lines(sessions):
    """Return at most twenty sessions as lines of a card."""
    rows = sessions.select_related("course")[:20]
    return [
        (f"{when_text(row.first_starts_at, row.last_ends_at)}: {row.course.title}", row.get_staff_url()) for row in rows
    ]


def left_open(user):
    return lines(Session.objects.left_open().order_by("first_starts_at", "pk"))


def drafts(user):
    return lines(Session.objects.filter(state=Session.State.DRAFT).upcoming())


def lacking_nynorsk(user):
    courses = Course.objects.lacking_nynorsk()
    return [(course.title_nb, reverse("courses:staff_course_update", args=[course.slug])) for course in courses]


today_cards.register(
    TodayCard("session-drafts", gettext_lazy("Sessions that are not open yet"), "courses.change_session", drafts)
)
today_cards.register(
    TodayCard("sessions-left-open", gettext_lazy("Were these sessions held?"), "courses.change_session", left_open)
)
today_cards.register(
    TodayCard(
        "courses-nynorsk", gettext_lazy("Courses that lack a text in nynorsk"), "courses.change_course", lacking_nynorsk
    )
)
knowledge.register(Knowledge("courses_held", gettext_lazy("courses held"), courses_held))
knowledge.register(Knowledge("people_trained", gettext_lazy("people who have had a seat"), people_trained))
