"""What mail that comes in brings into the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from taushet.models import InboundMail
from taushet.registries import InboundKind, RetentionRule, TodayCard, inbound_kinds, retention_rules, today_cards
from taushet.services.inbound import forget_inbound, take_automatic

from .outbox import READ


def left_over(user):
    """Say how many e-mails have come in that somebody has to read."""
    if count := InboundMail.objects.left_over().count():
        sentence = ngettext("%(n)s e-mail to read", "%(n)s e-mails to read", count)
        yield sentence % {"n": count}, reverse("inbound_list")


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
