"""What invoices and payments tell the house: who may do what, and what is kept how long."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from courses import tasks
from courses.models import Booking
from courses.registrations.bookings import is_not_erased, only_if
from courses.services import invoice_mail
from courses.services.invoice_erasing import erase_invoices
from taushet import roles
from taushet.registries import (
    MessageKind,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    message_kinds,
    periodic_tasks,
    retention_rules,
    role_permissions,
)

SEE = ("courses.view_invoice", "courses.view_creditnote", "courses.view_payment")
ISSUE = (
    "courses.add_invoice",
    "courses.add_creditnote",
    "courses.add_invoicereminder",
    "courses.add_payment",
    "courses.change_payment",
    "courses.add_closedperiod",
)

for role, permissions in {
    roles.CAMPAIGN: SEE,
    roles.FINANCE: (*SEE, *ISSUE),
    roles.ADMINISTRATOR: (*SEE, *ISSUE),
}.items():
    role_permissions.register(RolePermissions(f"invoices-{role}", role, permissions))


def lacks_reference(message, booking, participant):
    return booking.state == Booking.State.CONFIRMED and not booking.invoice_reference


for key, label, is_wanted in (
    (invoice_mail.ISSUED, _("Invoice issued"), is_not_erased),
    (invoice_mail.CREDITED, _("Credit note issued"), is_not_erased),
    (invoice_mail.REMINDER, _("Reminder of an invoice"), is_not_erased),
    (invoice_mail.REFERENCE, _("Asked for the invoice reference"), lacks_reference),
):
    message_kinds.register(MessageKind(key, label, before_sending=only_if(is_wanted)))

periodic_tasks.register(PeriodicTask("invoicing", timedelta(hours=1), tasks.run_invoicing.enqueue))
retention_rules.register(
    RetentionRule(
        key="invoices",
        what=_("Invoices and credit notes: who ordered, and the payer’s own reference."),
        purpose=_("To be paid, and to account for it."),
        basis=_("A legal obligation (the bookkeeping act)"),
        keep=_(
            "Five years after the year of issue. Amounts, numbers and the organisation that paid are kept after that."
        ),
        apply=erase_invoices,
        fields=(
            "courses.Invoice.buyer_contact",
            "courses.Invoice.buyer_reference",
            "courses.Invoice.order_reference",
            "courses.CreditNote.buyer_contact",
            "courses.CreditNote.buyer_reference",
            "courses.CreditNote.order_reference",
        ),
    )
)
