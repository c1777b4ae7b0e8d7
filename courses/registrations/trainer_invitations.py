"""What trainers' invitations, and the answers to them, bring into the registries."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from courses.models import CalendarAnswer
from courses.services.calendar_answers import forget_answers, forget_trainer_invitations, take_answer
from courses.services.catalogue import when_text
from courses.services.trainer_mail import A_MINUTE, TRAINER_CALENDAR, waits_for_earlier
from taushet import roles
from taushet.registries import (
    SEND,
    Decision,
    InboundKind,
    MessageKind,
    RetentionRule,
    RolePermissions,
    TodayCard,
    inbound_kinds,
    message_kinds,
    retention_rules,
    role_permissions,
    today_cards,
)

MOST = 20


def in_turn(message):
    """Calendar mail leaves in the order it was written in."""
    if waits_for_earlier(message):
        reason = gettext_noop("An earlier e-mail about the same course has to leave first.")
        return Decision("later", reason, until=timezone.now() + A_MINUTE)
    return SEND


def what_calendars_said(user):
    """Return the meetings a trainer's calendar has said no to, and how many answers belong to nothing."""
    declined = CalendarAnswer.objects.declined().select_related("trainer__user", "meeting")
    for answer in declined.order_by("meeting__starts_at", "pk")[:MOST]:
        when = when_text(answer.meeting.starts_at, answer.meeting.ends_at)
        yield _("%(name)s: %(when)s") % {"name": answer.trainer, "when": when}, reverse("courses:calendar_answer_list")
    if count := CalendarAnswer.objects.unplaced().count():
        sentence = ngettext(
            "%(n)s answer that belongs to no invitation", "%(n)s answers that belong to no invitation", count
        )
        yield sentence % {"n": count}, reverse("courses:calendar_answer_list")


message_kinds.register(MessageKind(TRAINER_CALENDAR, _("To a trainer, for the calendar"), before_sending=in_turn))
inbound_kinds.register(InboundKind("calendar-answer", take_answer, order=10))
today_cards.register(
    TodayCard(
        "calendar-answers",
        _("Trainers who said no in their calendar"),
        "courses.view_calendaranswer",
        what_calendars_said,
        order=40,
    )
)
for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
    role_permissions.register(
        RolePermissions(
            f"calendar-answers-{role}", role, ("courses.view_calendaranswer", "courses.change_calendaranswer")
        )
    )
retention_rules.register(
    RetentionRule(
        key="trainer-invitations",
        what=_("Which trainer was sent the calendar entry of which meeting."),
        purpose=_("To change the entry when the meeting is moved, and to take it out when it is cancelled."),
        basis=_("The agreement with the trainer (GDPR article 6 (1) b)"),
        keep=_("Until 90 days after the meeting."),
        apply=forget_trainer_invitations,
        fields=("courses.TrainerInvitation.email",),
    )
)
retention_rules.register(
    RetentionRule(
        key="calendar-answers",
        what=_("What calendars answer to our invitations to trainers: the address, the answer and its comment."),
        purpose=_("To find out in time that a trainer cannot come."),
        basis=_("The agreement with the trainer (GDPR article 6 (1) b)"),
        keep=_("Until 90 days after the meeting."),
        apply=forget_answers,
        fields=(
            "courses.CalendarAnswer.email",
            "courses.CalendarAnswer.sender",
            "courses.CalendarAnswer.uid",
            "courses.CalendarAnswer.comment",
        ),
    )
)
