"""What e-invoices tell the house: who may see and send them, what needs doing, the clock, how long they are kept."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.demonstration import einvoices as demonstration
from courses.models import EInvoice
from courses.services import access_point
from courses.services.einvoice_sending import enqueue_when_due
from courses.services.einvoices import forget_einvoices
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    TodayCard,
    demonstration_parts,
    periodic_tasks,
    retention_rules,
    role_permissions,
    today_cards,
)

SEE_AND_SEND = ("courses.view_einvoice", "courses.change_einvoice")
State = EInvoice.State
MOST = 20


def in_trouble(user):
    """Return the e-invoices that somebody has to look at, the oldest first."""
    for einvoice in EInvoice.objects.in_trouble().order_by("pk")[:MOST]:
        yield f"{einvoice}, {einvoice.buyer_name}: {einvoice.get_state_display()}", einvoice.get_absolute_url()


def to_download(user):
    """Say how many wait for somebody who downloads and sends them, where no access point does."""
    waiting = [State.HANDED_OVER] if access_point.is_configured() else [State.CHECKED, State.HANDED_OVER]
    if count := EInvoice.objects.filter(state__in=waiting).count():
        sentence = ngettext("%(n)s e-invoice waits to be sent", "%(n)s e-invoices wait to be sent", count)
        yield sentence % {"n": count}, reverse("courses:einvoice_list")


today_cards.register(
    TodayCard("einvoices-in-trouble", _("E-invoices that did not arrive"), SEE_AND_SEND[1], in_trouble, order=20)
)
today_cards.register(TodayCard("einvoices-to-send", _("E-invoices to send"), SEE_AND_SEND[1], to_download, order=60))
periodic_tasks.register(PeriodicTask("carry-einvoices-on", timedelta(minutes=1), enqueue_when_due))
for role in (roles.FINANCE, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"einvoices-{role}", role, SEE_AND_SEND))
demonstration_parts.register(DemonstrationPart("einvoices", 96, demonstration.load))
retention_rules.register(
    RetentionRule(
        key="einvoices",
        what=_("E-invoices as they were sent: who pays, what for, and the reference the payer gave."),
        purpose=_("To be paid, and to account for it."),
        basis=_("A legal obligation (the bookkeeping act)"),
        keep=_("Five years after the year they were issued."),
        apply=forget_einvoices,
        fields=(
            "courses.EInvoice.buyer_name",
            "courses.EInvoice.buyer_number",
            "courses.EInvoice.state_reason",
            "courses.EInvoiceAttempt.detail",
            "courses.EInvoiceFault.text",
            "taushet.StoredFile.content",
        ),
    )
)
