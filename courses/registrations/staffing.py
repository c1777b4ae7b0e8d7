"""What the staffing of sessions brings into the registries: what lacks a trainer, the mails, and the clock."""

from datetime import timedelta

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses import tasks
from courses.models import Assignment
from courses.services import trainer_offer_messages as mails
from courses.services.catalogue import when_text
from courses.services.erasing import erase_trainer_answers
from courses.services.staffing import lacking
from taushet.registries import (
    SEND,
    Decision,
    MessageKind,
    PeriodicTask,
    RetentionRule,
    TodayCard,
    message_kinds,
    periodic_tasks,
    retention_rules,
    today_cards,
)
from taushet.templatetags.ui import moment

SOON = timedelta(days=2)


def lines(sessions):
    shown = list(sessions[:20])
    asked = Assignment.objects.unanswered().filter(session__in=[session.pk for session in shown])
    until = dict(asked.order_by("session").values_list("session").annotate(Max("answer_by")))
    for session in shown:
        place = session.municipality or session.get_format_display()
        when = when_text(session.first_starts_at, session.last_ends_at)
        text = f"{session.course.title}, {place}, {when}"
        if session.pk in until:
            text += " – " + gettext("asked, to answer before %(until)s") % {"until": moment(until[session.pk])}
        yield text, reverse("courses:session_staffing", args=[session.pk])


def sessions_soon(user):
    """Return the sessions of today and the next two days that lack trainers."""
    return lines(lacking().filter(first_starts_at__lte=timezone.now() + SOON))


def sessions_to_staff(user):
    """Return the other sessions that lack trainers, soonest first."""
    return lines(lacking().filter(first_starts_at__gt=timezone.now() + SOON))


def still_asked(message):
    """Cancel a mail that asks a trainer unless its question still stands."""
    if Assignment.objects.unanswered().filter(message=message).exists():
        return SEND
    return Decision("cancel", "The question has been answered or closed since this was written.")


retention_rules.register(
    RetentionRule(
        key="trainer-answers",
        what=_("Who was asked to teach a session, when, and what they answered. Never why."),
        purpose=_("To find a trainer, and to ask nobody twice."),
        basis=_("The agreement with the trainer (GDPR article 6 (1) b)"),
        keep=_("A year after the session. Who taught it is kept with it."),
        apply=erase_trainer_answers,
    )
)
message_kinds.register(MessageKind(mails.ASKED, _("Trainer asked"), before_sending=still_asked))
message_kinds.register(MessageKind(mails.CLOSED, _("Offer to a trainer closed")))
message_kinds.register(MessageKind(mails.STAFF, _("About trainers, to staff")))
periodic_tasks.register(PeriodicTask("lapse-trainer-offers", timedelta(minutes=5), tasks.lapse_trainer_offers.enqueue))
today_cards.register(
    TodayCard(
        "sessions-lack-trainer-soon",
        _("Sessions in the next two days that lack a trainer"),
        "courses.add_assignment",
        sessions_soon,
        order=0,
    )
)
today_cards.register(
    TodayCard(
        "sessions-lack-trainers",
        _("Sessions that lack trainers"),
        "courses.add_assignment",
        sessions_to_staff,
        order=42,
    )
)
