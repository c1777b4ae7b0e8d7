"""What card payments tell the house: links, mails, tasks by the clock, who may do what, and what is kept."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from courses import tasks
from courses.models import CardCheckout, CardRefund
from courses.registrations.bookings import is_to_the_contact, only_if
from courses.services import payment_messages, refund_retries
from courses.services.payment_rows import cases_to_settle
from courses.services.stripe_client import is_on
from courses.services.stripe_events import erase_events
from taushet import roles
from taushet.registries import (
    LinkKind,
    MessageKind,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    TodayCard,
    link_kinds,
    message_kinds,
    periodic_tasks,
    retention_rules,
    role_permissions,
    today_cards,
)


def close_what_can_be_paid():
    if CardCheckout.objects.unsettled().exists():
        tasks.close_checkouts.enqueue()


def compare():
    if is_on():
        tasks.compare_with_stripe.enqueue()


def take_up_refunds():
    if CardRefund.objects.filter(state=CardRefund.State.ASKED).exists() or refund_retries.has_told():
        tasks.take_up_forgotten_refunds.enqueue()


link_kinds.register(LinkKind("card-return", "courses:card_return"))
for key, label in (
    (payment_messages.RECEIVED, _("Payment received")),
    (payment_messages.SURPLUS, _("Payment beyond what is owed")),
    (payment_messages.REFUNDED, _("Payment paid back")),
):
    message_kinds.register(MessageKind(key, label, before_sending=only_if(is_to_the_contact)))

periodic_tasks.register(PeriodicTask("close-checkouts", timedelta(minutes=1), close_what_can_be_paid))
periodic_tasks.register(PeriodicTask("card-surplus", timedelta(minutes=10), tasks.follow_surplus.enqueue))
periodic_tasks.register(PeriodicTask("forgotten-events", timedelta(hours=4), tasks.take_up_forgotten_events.enqueue))
periodic_tasks.register(PeriodicTask("forgotten-refunds", timedelta(hours=1), take_up_refunds))
periodic_tasks.register(PeriodicTask("compare-with-stripe", timedelta(days=1), compare))

SEE = ("courses.view_paymentcase", "courses.view_cardrefund")
WORK = (*SEE, "courses.add_cardrefund", "courses.change_paymentcase")
for role in (roles.FINANCE, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"card-payments-{role}", role, WORK))

today_cards.register(
    TodayCard("payment-cases", _("Card payments to look at"), "courses.view_paymentcase", cases_to_settle, order=15)
)
retention_rules.register(
    RetentionRule(
        key="stripe-events",
        what=_("What Stripe has told us of card payments: it may name who paid. Card numbers are not among it."),
        purpose=_("To know what has been paid, and to find out what went wrong."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("90 days. Amount, date and booking are kept with the accounts."),
        apply=erase_events,
        fields=("courses.StripeEvent.body",),
    )
)
