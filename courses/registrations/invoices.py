"""What invoices and payments tell the house: who may do what, and what is kept how long."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses import tasks
from courses.demonstration import invoices as demonstration
from courses.models import Booking, Invoice, Payment
from courses.registrations.bookings import is_not_erased, only_if
from courses.services import invoice_mail, whole_prices
from courses.services.invoice_erasing import erase_invoices
from courses.services.invoicing import is_due, to_credit, to_invoice
from courses.services.number_series import is_closed_today
from courses.services.whole_prices import without_payer
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    MessageKind,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    SearchSource,
    TodayCard,
    demonstration_parts,
    message_kinds,
    periodic_tasks,
    retention_rules,
    role_permissions,
    search_sources,
    today_cards,
)
from taushet.templatetags.ui import kroner

SEE = ("courses.view_invoice", "courses.view_creditnote", "courses.view_payment")
DECIDE = "courses.change_fundedseats"  # who pays for a session
ISSUE = (
    "courses.add_invoice",
    "courses.add_creditnote",
    "courses.add_invoicereminder",
    "courses.add_payment",
    "courses.change_payment",
    "courses.add_closedperiod",
)

for role, permissions in {
    roles.CAMPAIGN: (*SEE, DECIDE),
    roles.FINANCE: (*SEE, DECIDE, *ISSUE),
    roles.ADMINISTRATOR: (*SEE, DECIDE, *ISSUE, "courses.change_numberseries"),
}.items():
    role_permissions.register(RolePermissions(f"invoices-{role}", role, permissions))


def overdue_invoices(user):
    """Say how many invoices are overdue."""
    if count := Invoice.objects.overdue().count():
        sentence = ngettext("%(n)s invoice is overdue", "%(n)s invoices are overdue", count)
        yield sentence % {"n": count}, reverse("courses:invoice_list") + "?tilstand=forfalt"
    if count := Invoice.objects.with_balance().filter(left__lt=0).count():
        sentence = ngettext("%(n)s invoice is paid too much", "%(n)s invoices are paid too much", count)
        yield sentence % {"n": count}, reverse("courses:invoice_list") + "?tilstand=tilgode"


def payments_to_place(user):
    """Say how many payments nobody knows yet what they are for."""
    if count := Payment.objects.unplaced().count():
        sentence = ngettext("%(n)s payment without an invoice", "%(n)s payments without an invoice", count)
        yield sentence % {"n": count}, reverse("courses:payment_list")


def waits_to_be_invoiced(user):
    """Say how much is due to be invoiced but lacks something."""
    due = [booking for booking in to_invoice() if is_due(booking)]
    if lacking := [booking for booking in due if not booking.invoice_reference]:
        count = len(lacking)
        sentence = ngettext(
            "%(n)s booking lacks its invoice reference", "%(n)s bookings lack their invoice reference", count
        )
        yield sentence % {"n": count}, reverse("courses:invoice_due")
    if is_closed_today() and (count := to_credit().count()):
        sentence = ngettext(
            "%(n)s booking to be credited once the books are open",
            "%(n)s bookings to be credited once the books are open",
            count,
        )
        yield sentence % {"n": count}, reverse("courses:invoice_due")
    if held := len(due) - len(lacking):
        sentence = ngettext("%(n)s booking to be invoiced", "%(n)s bookings to be invoiced", held)
        yield sentence % {"n": held}, reverse("courses:invoice_due")


def sessions_without_payer(user):
    """Say how many sessions have nobody who pays for the whole, though others take part."""
    if count := without_payer().count():
        sentence = ngettext(
            "%(n)s session that nobody pays for any more", "%(n)s sessions that nobody pays for any more", count
        )
        yield sentence % {"n": count}, reverse("courses:invoice_due")


def find_invoices(user, text):
    """Find invoices by number, a credit note's too, KID or payer (a SearchSource)."""
    found = Invoice.objects.telling(text).select_related("payer").prefetch_related("credit_notes")
    for invoice in found.order_by("-number")[:20]:
        title = _("Invoice %(number)s") % {"number": invoice.shown_number}
        notes = [note.shown_number for note in invoice.credit_notes.all()]
        detail = " · ".join([invoice.buyer["name"], kroner(invoice.total), *notes])
        yield title, detail, reverse("courses:invoice_detail", args=[invoice.number])


today_cards.register(TodayCard("overdue-invoices", _("Invoices"), "courses.add_invoice", overdue_invoices, order=60))
today_cards.register(
    TodayCard(
        "payments-to-place", _("Payments nobody knows yet"), "courses.change_payment", payments_to_place, order=61
    )
)
today_cards.register(
    TodayCard("to-invoice", _("To be invoiced"), "courses.add_invoice", waits_to_be_invoiced, order=62)
)
today_cards.register(TodayCard("without-payer", _("Who pays?"), DECIDE, sessions_without_payer, order=63))
search_sources.register(SearchSource("invoices", _("Invoices"), "courses.view_invoice", find_invoices))


def lacks_reference(message, booking, participant):
    return booking.state == Booking.State.CONFIRMED and not booking.invoice_reference


for key, label, is_wanted in (
    (invoice_mail.ISSUED, _("Invoice issued"), is_not_erased),
    (invoice_mail.CREDITED, _("Credit note issued"), is_not_erased),
    (invoice_mail.REMINDER, _("Reminder of an invoice"), is_not_erased),
    (invoice_mail.REFERENCE, _("Asked for the invoice reference"), lacks_reference),
    (whole_prices.PASSED_ON, _("Pays for the whole course now"), is_not_erased),
):
    message_kinds.register(MessageKind(key, label, before_sending=only_if(is_wanted)))

periodic_tasks.register(PeriodicTask("payers", timedelta(hours=6), tasks.look_up_payers.enqueue))
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
demonstration_parts.register(DemonstrationPart("invoices", 95, demonstration.load))
