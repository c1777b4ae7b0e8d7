"""What mail that comes in brings into the registries."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from taushet.models import InboundMail, MailboxMark
from taushet.registries import (
    InboundKind,
    PeriodicTask,
    RetentionRule,
    TodayCard,
    inbound_kinds,
    periodic_tasks,
    retention_rules,
    today_cards,
)
from taushet.services.bounce_mails import take_bounce
from taushet.services.inbound import forget_inbound, take_automatic
from taushet.tasks import read_mailbox

from .outbox import READ


def left_over(user):
    """Say how many e-mails have come in that somebody has to read."""
    if count := InboundMail.objects.left_over().count():
        sentence = ngettext("%(n)s e-mail to read", "%(n)s e-mails to read", count)
        yield sentence % {"n": count}, reverse("inbound_list")


def mailbox_in_trouble(user):
    """Say since when the mailbox cannot be read, once that has lasted."""
    before = timezone.now() - timedelta(minutes=30)
    for mark in MailboxMark.objects.filter(failing_since__lt=before):
        since = date_format(timezone.localtime(mark.failing_since), "j. F H.i")
        yield gettext("Not read since %(moment)s") % {"moment": since}, reverse("inbound_list")


def read_if_there_is_one():
    """Enqueue the reading of the mailbox, where one is set."""
    if settings.IMAP_HOST:
        read_mailbox.enqueue()


periodic_tasks.register(PeriodicTask("mailbox", timedelta(minutes=1), read_if_there_is_one))
today_cards.register(TodayCard("mailbox", _("The mailbox cannot be read"), READ, mailbox_in_trouble))
inbound_kinds.register(InboundKind("bounce", take_bounce, order=10))
inbound_kinds.register(InboundKind("automatic", take_automatic, order=90))
today_cards.register(TodayCard("inbound", _("Mail that came in"), READ, left_over))
retention_rules.register(
    RetentionRule(
        key="inbound-mail",
        what=_("E-mail that comes in to us: who wrote it, and what it says."),
        purpose=_("To read it and answer, and to note what calendars answer to our invitations."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("90 days."),
        apply=forget_inbound,
        fields=(
            "taushet.InboundMail.from_email",
            "taushet.InboundMail.to_email",
            "taushet.InboundMail.subject",
            "taushet.InboundMail.raw",
        ),
    )
)
