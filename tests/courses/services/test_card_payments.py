"""Money that comes by card: Stripe's library against a local server, real events at the real webhook."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from courses.models import (
    Booking,
    BookingMessage,
    CardCheckout,
    CardRefund,
    Invoice,
    Payment,
    PaymentCase,
    Session,
    StripeEvent,
    VatRate,
)
from courses.services import card_checkouts
from courses.services.booking_changes import cancel_booking, change_seats
from courses.services.card_payments import sync_payment
from courses.services.card_refunds import RefundRefused, ask_refund
from courses.services.erasing import erase_unconfirmed
from courses.services.holds import expire_holds
from courses.services.invoicing import issue_due_invoices
from courses.services.payment_cases import settle_case
from courses.services.payment_rows import cases_to_settle
from courses.services.sessions import cancel_session
from courses.services.stripe_client import StripeAway
from courses.services.surplus import follow_surplus
from taushet.models import AuditEntry, Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.card_payments import begun, costing, pay, tell
from tests.factories.courses import BookingFactory, SessionFactory
from tests.factories.municipalities import UnitFactory
from tests.factories.taushet import StaffFactory
from tests.servers.stripe import WEBHOOK_SECRET, post_event

pytestmark = pytest.mark.django_db


def kinds_of_mail(booking):
    return sorted(BookingMessage.objects.filter(booking=booking).values_list("message__kind", flat=True))


def test_the_amount_is_the_frozen_price_and_stripe_learns_nothing_about_people(stripe_server):
    booking = costing(contact_name="Kari Nordmann", contact_email="kari@bodo.test", language="nn")
    booking.session.course.price = 9999
    booking.session.course.save()

    first, again = begun(booking), begun(booking)

    asked = [params for _method, path, params in stripe_server.asked if path == "/v1/checkout/sessions"]
    assert (first.pk, first.amount, first.state) == (again.pk, Decimal(900), "open")
    assert len(asked) == 1
    assert asked[0]["line_items"][0]["price_data"]["unit_amount"] == "90000"
    assert "ari" not in str(asked[0]).replace("bestilling", "")
    assert 29 * 60 < first.expires_at.timestamp() - timezone.now().timestamp() < 32 * 60


def test_what_is_taxed_is_paid_with_vat(stripe_server):
    VatRate.objects.get_or_create(valid_from=date(2005, 1, 1), defaults={"percent": 25})
    taxed = SessionFactory(course__vat_treatment="standard")
    unknown = SessionFactory(course__vat_treatment="none")

    assert begun(costing(session=taxed)).amount == Decimal("1125.00")
    with pytest.raises(card_checkouts.CannotPay):
        begun(costing(session=unknown))


@pytest.mark.parametrize("seed", range(2))
def test_events_in_any_order_and_several_times_are_one_payment(client, stripe_server, seed):
    booking = costing("held")
    intent = pay(stripe_server, begun(booking))
    stripe_server.world.create_refund({"payment_intent": intent, "amount": "15000"})
    events = stripe_server.world.events * 3
    random.Random(seed).shuffle(events)

    for event in events:
        assert post_event(client, event).status_code == 200
        if seed % 2:
            run_all_due_jobs()
    run_all_due_jobs()

    booking.refresh_from_db()
    assert list(Payment.objects.values_list("amount", "way", "booking")) == [(Decimal(900), "card", booking.pk)]
    assert list(CardRefund.objects.values_list("amount", "state")) == [(Decimal(150), "succeeded")]
    assert (booking.state, CardCheckout.objects.get().outcome) == ("confirmed", "confirmed")
    assert AuditEntry.objects.filter(action="payment.settled").count() == 1
    assert kinds_of_mail(booking) == ["booking-confirmed", "payment-received", "payment-refunded"]
    assert not StripeEvent.objects.filter(state="waiting").exists()


def test_a_confirmed_booking_is_paid_and_keeps_its_state(client, stripe_server):
    booking = costing(language="en")

    pay(stripe_server, begun(booking))
    tell(client, stripe_server)

    message = Message.objects.get(kind="payment-received")
    assert CardCheckout.objects.get().outcome == "paid"
    assert "We have received 900 kroner by card" in message.text
    assert "The booking is paid in full." in message.text
    assert card_checkouts.amount_by_card(booking) is None
    assert AuditEntry.objects.filter(action="payment.settled").count() == 1


def test_a_hold_that_has_run_out_is_taken_up_again_while_there_is_room(client, stripe_server):
    booking = costing("held", capacity=2)
    pay(stripe_server, begun(booking))
    CardCheckout.objects.update(state="expired")  # as when Stripe was away for hours
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    assert expire_holds() == 1

    tell(client, stripe_server)

    booking.refresh_from_db()
    booking.session.refresh_from_db()
    assert (booking.state, booking.session.seats_taken) == ("confirmed", 2)


@pytest.mark.parametrize("does", ["task", "refund"])
def test_paid_too_late_and_full_the_money_is_kept_and_the_booking_is_not_revived(client, stripe_server, settings, does):
    settings.CARD_SURPLUS = does
    booking = costing("held", capacity=2, language="en")
    pay(stripe_server, begun(booking))
    CardCheckout.objects.update(state="expired")
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    expire_holds()
    booking.session.refresh_from_db()
    BookingFactory(session=booking.session, seats=2)

    for _time in range(2):
        tell(client, stripe_server)

    booking.refresh_from_db()
    booking.session.refresh_from_db()
    refunds = [(Decimal(900), "succeeded")] if does == "refund" else []
    cases = [] if does == "refund" else [("late", Decimal(900))]
    assert (booking.state, booking.session.seats_taken) == ("expired", 2)
    assert Payment.objects.get().amount == 900
    assert list(CardRefund.objects.values_list("amount", "state")) == refunds
    assert list(PaymentCase.objects.values_list("kind", "amount")) == cases
    assert CardCheckout.objects.get().outcome == "late"
    surplus = Message.objects.get(kind="payment-surplus")
    assert ("back to the same card" in surplus.text) == (does == "refund")


def test_a_booking_that_was_cancelled_meanwhile_stays_so(client, stripe_server):
    booking = costing()
    checkout = begun(booking)
    cancel_booking(booking)
    pay(stripe_server, checkout)

    tell(client, stripe_server)

    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert PaymentCase.objects.get().kind == "late"


def test_paid_twice_is_recorded_twice_and_put_before_staff_once(client, stripe_server):
    booking = costing()
    first = begun(booking)
    CardCheckout.objects.update(state="closing")
    second = begun(booking)
    assert first.pk != second.pk

    for checkout in (first, second):
        pay(stripe_server, checkout)
    tell(client, stripe_server)

    assert Payment.objects.count() == 2
    assert list(PaymentCase.objects.values_list("kind", "amount")) == [("surplus", Decimal(900))]
    assert kinds_of_mail(booking) == ["payment-received", "payment-surplus"]


def test_money_given_back_before_we_hear_of_it_confirms_nothing(client, stripe_server):
    booking = costing("held")
    intent = pay(stripe_server, begun(booking))
    stripe_server.world.create_refund({"payment_intent": intent})

    tell(client, stripe_server, "charge.refunded")
    tell(client, stripe_server)

    booking.refresh_from_db()
    assert (booking.state, CardCheckout.objects.get().outcome) == ("held", "returned")
    assert (Payment.objects.count(), CardRefund.objects.count()) == (1, 1)


def test_a_declined_card_changes_nothing(client, stripe_server):
    booking = costing("held")
    checkout = begun(booking)
    stripe_server.world.pay(checkout.stripe_id, "4000 0000 0000 0002")

    tell(client, stripe_server)

    booking.refresh_from_db()
    assert (booking.state, Payment.objects.count()) == ("held", 0)
    assert CardCheckout.objects.get().state == "open"


def test_seats_that_may_still_be_paid_are_not_freed_before_stripe_has_closed_the_page(stripe_server):
    booking = costing("held")
    begun(booking)
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    stripe_server.is_away = True

    kept = expire_holds(), card_checkouts.close_checkouts(), expire_holds()
    stripe_server.is_away = False
    later = timezone.now() + timedelta(minutes=40)
    closed = card_checkouts.close_checkouts(later), expire_holds(later)

    assert (kept, closed) == ((0, 0, 0), (1, 1))
    assert stripe_server.world.all("checkout.session")[0]["status"] == "expired"


def test_the_sweep_finds_out_that_a_booking_has_been_paid(stripe_server):
    booking = costing("held")
    pay(stripe_server, begun(booking))
    Booking.objects.update(held_until=timezone.now() - timedelta(minutes=1))
    later = timezone.now() + timedelta(minutes=40)

    closed, expired = card_checkouts.close_checkouts(later), expire_holds(later)

    booking.refresh_from_db()
    assert (closed, expired, booking.state, Payment.objects.count()) == (1, 0, "confirmed", 1)


def test_a_page_that_no_longer_fits_is_closed(stripe_server):
    fewer, cancelled, off = costing(), costing(), costing()
    for booking in (fewer, cancelled, off):
        begun(booking)
    Booking.objects.filter(pk=fewer.pk).update(seats=1)
    cancel_booking(cancelled)
    cancel_session(off.session, by=StaffFactory())

    assert card_checkouts.close_checkouts() == 3
    assert {one["status"] for one in stripe_server.world.all("checkout.session")} == {"expired"}


def test_while_stripe_is_away_nothing_is_begun_twice(stripe_server):
    booking = costing()
    stripe_server.is_away = True
    with pytest.raises(StripeAway):
        begun(booking)
    stripe_server.is_away = False

    begun(booking)

    assert CardCheckout.objects.count() == len(stripe_server.world.all("checkout.session")) == 1


@pytest.mark.parametrize("state", ["waiting", "offered", "cancelled", "expired"])
def test_only_what_is_held_or_confirmed_can_be_paid(stripe_server, state):
    with pytest.raises(card_checkouts.CannotPay):
        begun(costing(state))


def test_what_is_free_or_about_to_begin_unconfirmed_cannot_be_paid(stripe_server, settings):
    soon = timezone.now() + timedelta(minutes=20)
    session = SessionFactory(
        first_starts_at=soon, last_ends_at=soon + timedelta(hours=2), course__vat_treatment="exempt"
    )

    for booking in (BookingFactory(), costing("held", session=session)):
        with pytest.raises(card_checkouts.CannotPay):
            begun(booking)
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(card_checkouts.CannotPay):
        begun(costing())


def test_refunds_in_parts_and_never_more_than_was_paid(client, stripe_server):
    booking, staff = costing(language="en"), StaffFactory(roles=["finance"])
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    payment = Payment.objects.get()

    ask_refund(payment, Decimal("450.50"), by=staff, key="one")
    ask_refund(payment, Decimal("450.50"), by=staff, key="one")
    with pytest.raises(RefundRefused):
        ask_refund(payment, Decimal("449.51"), by=staff)
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

    assert (before, settled, len(list(cases_to_settle(staff)))) == (1, 0, 1)
    assert PaymentCase.objects.get().detail["status"] == "lost"


def test_what_stripe_has_not_signed_is_no_fact(client, stripe_server):
    pay(stripe_server, begun(costing("held")))
    event = stripe_server.world.events[-1]
    old = int(timezone.now().timestamp()) - 301

    answers = [
        post_event(client, event, secret="whsec_other"),
        post_event(client, event, at=old),
        client.post("/webhooks/stripe/", "{}", content_type="application/json"),
        client.post("/webhooks/stripe/", b"\xff\xfe", content_type="application/json"),
        post_event(client, ["not", "an", "event"]),
        post_event(client, {"id": 1, "type": None}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 6
    assert not StripeEvent.objects.exists()
    assert not Payment.objects.exists()
    assert WEBHOOK_SECRET not in str([answer.content for answer in answers])


def test_what_is_about_nothing_known_is_kept_and_answered(client, stripe_server):
    foreign = stripe_server.world
    strange = [
        {"id": "evt_a", "object": "event", "type": "customer.created", "data": {"object": {"id": "cus_1"}}},
        {"id": "evt_b", "object": "event", "type": "charge.refunded", "data": {"object": {"payment_intent": "pi_x"}}},
        {"id": "evt_c", "object": "event", "type": "charge.refunded", "data": None},
        {"id": "evt_d", "object": "event", "type": "checkout.session.expired", "data": {"object": {}}},
    ]
    made = foreign.create_session(
        {
            "mode": "payment",
            "success_url": "http://127.0.0.1:9/",
            "line_items": [
                {"price_data": {"currency": "nok", "unit_amount": 5000, "product_data": {"name": "Another shop"}}}
            ],
        }
    )
    foreign.pay(made["id"])

    for event in [*strange, *foreign.events]:
        assert post_event(client, event).status_code == 200
    run_all_due_jobs()

    assert StripeEvent.objects.count() == len(strange) + len(foreign.events)
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"ignored"}
    assert not Payment.objects.exists()


def test_the_webhook_is_not_there_without_keys(client, stripe_server, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert post_event(client, {"id": "evt", "type": "x"}).status_code == 404


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
    with pytest.raises(card_checkouts.CannotPay):
        begun(unpaid)


def test_a_fault_after_the_money_has_come_loses_no_money(client, stripe_server):
    booking = costing("held")
    intent = pay(stripe_server, begun(booking))

    def fail(execute, sql, params, many, context):
        if sql.startswith('UPDATE "courses_booking"'):
            raise OperationalError("the disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        sync_payment(intent)
    booking.refresh_from_db()
    before = booking.state, Payment.objects.count()
    sync_payment(intent)

    booking.refresh_from_db()
    assert (before, booking.state, Payment.objects.count()) == (("held", 1), "confirmed", 1)


def test_seats_are_held_some_minutes_longer_than_the_page_at_stripe_lives(stripe_server):
    booking = costing("held")
    Booking.objects.update(held_until=timezone.now() + timedelta(minutes=5))

    checkout = begun(booking)

    booking.refresh_from_db()
    assert timedelta(minutes=3) < booking.held_until - checkout.expires_at < timedelta(minutes=5)


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
