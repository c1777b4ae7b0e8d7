"""Money that goes back, is disputed, is no longer owed, or stands on an invoice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from courses.exceptions import WrongState
from courses.models import (
    Booking,
    CardCheckout,
    CardRefund,
    Invoice,
    Payment,
    PaymentCase,
    Session,
)
from courses.services import card_checkouts
from courses.services.amounts_due import known_left
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.card_refunds import RefundRefused, ask_refund
from courses.services.erasing import erase_unconfirmed
from courses.services.holds import expire_holds
from courses.services.invoicing import issue_due_invoices, issue_invoice
from courses.services.payment_cases import settle_case
from courses.services.payment_rows import case_sentence, cases_to_settle
from courses.services.refund_retries import take_up_forgotten
from courses.services.reminders import remind_of_invoice
from courses.services.sessions import cancel_session
from courses.services.surplus import follow_surplus
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from taushet.services.links import issue_link
from tests.factories.card_payments import begun, costing, pay, tell
from tests.factories.courses import BookingFactory
from tests.factories.municipalities import UnitFactory
from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


def test_refunds_in_parts_and_never_more_than_was_paid(client, stripe_server):
    booking, staff = costing(language="en"), StaffFactory(roles=["finance"])
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    payment = Payment.objects.get()

    ask_refund(payment, Decimal("450.50"), by=staff, key="one")
    ask_refund(payment, Decimal("450.50"), by=staff, key="one")
    for amount, key in (("449.51", ""), ("449.50", "one")):
        with pytest.raises(RefundRefused):
            ask_refund(payment, Decimal(amount), by=staff, key=key)
    run_all_due_jobs()
    ask_refund(payment, Decimal("449.50"), by=staff)
    run_all_due_jobs()
    tell(client, stripe_server)

    assert [one["amount"] for one in stripe_server.world.all("refund")] == [44950, 45050]
    assert set(CardRefund.objects.values_list("state", flat=True)) == {"succeeded"}
    assert Message.objects.filter(kind="payment-refunded").count() == 2
    assert card_checkouts.amount_by_card(booking) == 900


def test_a_refund_waits_for_stripe_and_one_that_fails_is_put_before_staff(client, stripe_server):
    pay(stripe_server, begun(costing()))
    tell(client, stripe_server)
    stripe_server.world.refunds_wait, stripe_server.is_away = True, True
    refund = ask_refund(Payment.objects.get(), Decimal(100), by=StaffFactory(roles=["finance"]))
    run_all_due_jobs()
    refund.refresh_from_db()
    assert refund.state == "asked"

    stripe_server.is_away = False
    DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
    run_all_due_jobs()
    refund.refresh_from_db()
    assert refund.state == "pending"
    stripe_server.world.end_refund(refund.stripe_id, is_paid_out=False)
    tell(client, stripe_server)

    refund.refresh_from_db()
    assert (refund.state, refund.failure) == ("failed", "lost_or_stolen_card")
    assert PaymentCase.objects.get().kind == "refund"


def test_a_refund_that_stripe_did_not_take_is_neither_forgotten_nor_made_twice(client, stripe_server):
    pay(stripe_server, begun(costing()))
    tell(client, stripe_server)
    payment, staff = Payment.objects.get(), StaffFactory(roles=["finance"])
    stripe_server.is_away = True
    _lost, made = (ask_refund(payment, Decimal(amount), by=staff) for amount in (100, 50))
    run_all_due_jobs()
    DBTaskResult.objects.all().delete()  # the worker has given up
    stripe_server.is_away = False
    asked = {"payment_intent": payment.external_reference, "amount": "5000", "metadata": {"refund": made.key}}
    stripe_server.world.create_refund(asked)  # it was taken, only its answer was lost
    stripe_server.is_away = True

    def an_hour_later(hours):
        waiting = take_up_forgotten(timezone.now() + timedelta(hours=hours))
        run_all_due_jobs()
        return waiting, [case_sentence(case)[:3] for case in PaymentCase.objects.waiting()]

    before = [an_hour_later(0), an_hour_later(2), an_hour_later(25)]
    stripe_server.is_away = False
    after = [an_hour_later(26), an_hour_later(27)]

    assert before == [(0, []), (2, []), (2, ["100", "50 "])]
    assert after == [(2, ["100", "50 "]), (0, [])]
    assert sorted(one["amount"] for one in stripe_server.world.all("refund")) == [5000, 10000]
    assert set(CardRefund.objects.values_list("state", flat=True)) == {"succeeded"}


def test_a_dispute_is_a_task_until_somebody_says_it_is_done_and_comes_back_when_it_changes(client, stripe_server):
    staff = StaffFactory(roles=["finance"])
    intent = pay(stripe_server, begun(costing()))
    dispute = stripe_server.world.dispute(intent)
    tell(client, stripe_server)
    tell(client, stripe_server)
    before = len(list(cases_to_settle(staff)))
    settle_case(PaymentCase.objects.get(), by=staff)
    settled = len(list(cases_to_settle(staff)))

    stripe_server.world.close_dispute(dispute["id"], is_won=False)
    tell(client, stripe_server)

    tell(client, stripe_server)

    assert (before, settled, len(list(cases_to_settle(staff)))) == (1, 0, 1)
    assert PaymentCase.objects.get().detail["status"] == "lost"
    assert (known_left(Booking.objects.get()), CardRefund.objects.count()) == (900, 1)  # owed again, and once
    assert follow_surplus() == 0


def test_what_is_no_longer_owed_is_put_before_staff_once_or_goes_back(client, stripe_server, settings):
    fewer, off, kept = costing(), costing(), costing()
    for booking in (fewer, off, kept):
        pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    change_seats(fewer, 1)
    cancel_session(off.session, by=StaffFactory())

    counts = follow_surplus(), follow_surplus()
    for case in PaymentCase.objects.waiting():
        settle_case(case, by=StaffFactory(roles=["finance"]))
    counts += (follow_surplus(),)
    settings.CARD_SURPLUS = "refund"
    cancel_booking(kept)
    counts += (follow_surplus(), follow_surplus())
    run_all_due_jobs()

    assert counts == (2, 0, 0, 1, 0)
    assert sorted(PaymentCase.objects.values_list("booking", "kind", "amount")) == [
        (fewer.pk, "surplus", Decimal(450)),
        (off.pk, "surplus", Decimal(900)),
    ]
    assert [(one.payment.booking_id, one.amount) for one in CardRefund.objects.all()] == [(kept.pk, Decimal(900))]


def test_each_surplus_is_told_once_also_a_second_of_the_same_sum(client, stripe_server):
    booking, staff = costing(seats=4), StaffFactory(roles=["finance"])
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    payment, waiting = Payment.objects.get(), PaymentCase.objects.waiting()

    def after(*acts):
        for act in acts:
            act()
        follow_surplus()
        return list(waiting.values_list("amount", flat=True))

    def pays_back(amount):
        return lambda: ask_refund(payment, Decimal(amount), by=staff)

    def seats(count):
        return lambda: change_seats(booking, count, by=staff)

    told = [after(seats(3)), after(seats(2)), after(pays_back(450)), after(seats(3))]
    told += [after(seats(2)), after(pays_back(450), seats(1))]  # closed by itself: the second is news of the same sum
    settle_case(waiting.get(), by=staff)  # 450 is let be
    told += [after(), after(lambda: cancel_booking(booking, by=staff)), after(pays_back(900))]

    assert told == [[450], [900], [450], [], [450], [450], [], [450], []]


def test_what_could_not_go_back_is_not_asked_for_again_and_again(client, stripe_server, settings):
    settings.CARD_SURPLUS = "refund"
    booking = costing()
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    stripe_server.world.refunds_wait = True
    change_seats(booking, 1)
    follow_surplus()
    run_all_due_jobs()
    stripe_server.world.end_refund(CardRefund.objects.get().stripe_id, is_paid_out=False)
    tell(client, stripe_server)

    assert (follow_surplus(), CardRefund.objects.count(), PaymentCase.objects.get().kind) == (0, 1, "refund")


def test_an_invoice_for_what_has_been_paid_by_card_says_so_and_asks_for_nothing(client, stripe_server):
    paid, part, unpaid = costing(), costing(), costing()
    for booking in (paid, part, unpaid):
        Booking.objects.filter(pk=booking.pk).update(payer=UnitFactory(organisation_number="940155223"))
    Booking.objects.exclude(pk=paid.pk).update(invoice_reference="4711")
    for booking in (paid, part):
        pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    change_seats(part, 3)

    issue_due_invoices(timezone.now() + timedelta(days=60))

    left = {
        invoice.lines.first().booking_id: (invoice.total, invoice.left, invoice.note)
        for invoice in Invoice.objects.with_balance()
    }
    assert left == {
        paid.pk: (Decimal(900), Decimal(0), "Betalt med kort. Ingenting gjenstår å betale."),
        part.pk: (Decimal(1350), Decimal(450), "900 kroner er betalt med kort. 450 kroner gjenstår å betale."),
        unpaid.pk: (Decimal(900), Decimal(900), ""),
    }
    ask_refund(Payment.objects.get(booking=paid), Decimal(100), by=StaffFactory(roles=["finance"]))
    assert Invoice.objects.with_balance().get(lines__booking=paid).left == 100


def test_invoice_is_paid_by_card_and_not_asked_for_again(client, stripe_server, english):
    payer = UnitFactory(organisation_number="940155223")
    one, first, second = (costing(payer=payer, invoice_reference="4711", language="en") for _time in range(3))
    staff = StaffFactory(roles=["finance"])
    early = begun(first)  # gone to Stripe before the invoice came
    invoice = issue_invoice([one], by=staff)
    together = issue_invoice([first, second], by=staff, is_collective=True)
    page = client.get(reverse("courses:card_pay", args=[issue_link("booking", one.pk)])).text

    checkout = begun(one)
    with pytest.raises(card_checkouts.CannotPay, match="several bookings together"):
        begun(second)
    for paid in (checkout, early):
        pay(stripe_server, paid)
    tell(client, stripe_server)

    left = {one.number: one.left for one in Invoice.objects.with_balance()}
    assert f"You pay invoice {invoice.number}, which has been sent to" in page
    assert checkout.amount == 900
    assert left == {invoice.number: 0, together.number: 900}
    with pytest.raises(WrongState, match="not overdue"):
        remind_of_invoice(invoice, by=staff)
    assert not issue_due_invoices(timezone.now() + timedelta(days=60))["issued"]
    with pytest.raises(card_checkouts.CannotPay, match="nothing left to pay"):
        begun(one)
    assert "is left to pay" not in Message.objects.filter(kind="payment-received").order_by("pk").first().text


def test_who_paid_for_nothing_is_not_forgotten_before_the_money_has_gone_back(client, stripe_server):
    booking = costing("held", capacity=2)
    pay(stripe_server, begun(booking))
    CardCheckout.objects.update(state="expired")
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    expire_holds()
    BookingFactory(session=Session.objects.get(pk=booking.session_id))
    tell(client, stripe_server)
    later = timezone.now() + timedelta(days=40)

    kept = erase_unconfirmed(later)
    settle_case(PaymentCase.objects.get(), by=StaffFactory(roles=["finance"]))

    assert (kept, erase_unconfirmed(later)) == (0, 1)
