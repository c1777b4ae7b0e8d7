"""The pages around a card payment: the booker's, the way back, and finance's."""

from decimal import Decimal

import pytest
from django.urls import reverse

from courses.models import Booking, CardCheckout, CardRefund, Payment, PaymentCase
from courses.services.amounts_due import known_left
from courses.services.booking_changes import change_seats
from taushet.forms.request_keys import new_request_key
from taushet.services.jobs import run_all_due_jobs
from taushet.services.links import issue_link, renew_link
from tests.factories.card_payments import begun, costing, pay, tell
from tests.factories.courses import BookingFactory
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def address(booking, name="card_pay", purpose="booking"):
    return reverse(f"courses:{name}", args=[issue_link(purpose, booking.pk)])


def begin(client, booking, **typed):
    """Press the button, and return the page with the link to Stripe."""
    answer = client.post(address(booking), typed)
    assert answer.status_code == 302
    return client.get(answer.url).content.decode()


def test_amounts_in_the_form_count_for_nothing(client, stripe_server):
    booking = costing()

    page = begin(client, booking, amount="1", seat_price="1", seats="-3", unit_amount="100", price="0")

    assert "Go on to Stripe and pay 900 kroner" in page.replace("\xa0", " ")
    assert CardCheckout.objects.get().amount == 900
    assert stripe_server.world.all("checkout.session")[0]["amount_total"] == 90000


def test_only_the_links_of_a_booking_lead_to_its_payment(client, stripe_server):
    booking, other = costing("held"), costing()
    receipt = reverse("courses:card_pay", args=[issue_link("booking-receipt", booking.pk)])
    wrong = [issue_link("signup", booking.pk), issue_link("booking-confirm", other.pk), "a" * 43]
    answers = [client.post(reverse("courses:card_pay", args=[token])).status_code for token in wrong]

    assert answers == [404, 404, 404]
    assert not CardCheckout.objects.exists()
    assert client.post(receipt).status_code == 302
    assert CardCheckout.objects.get().booking == booking


def test_the_booking_offers_a_card_only_when_something_is_to_be_paid(client, stripe_server, settings):
    free, booking = BookingFactory(), costing()
    pages = [client.get(address(one, "booking_detail")).content.decode() for one in (free, booking)]
    settings.STRIPE_SECRET_KEY = ""
    off = client.get(address(booking, "booking_detail")).content.decode()
    refused = client.post(address(booking))

    assert ["Pay by card" in page for page in (*pages, off)] == [False, True, False]
    assert (refused.status_code, CardCheckout.objects.count()) == (409, 0)


def test_what_is_no_longer_owed_is_said_on_the_page(client, stripe_server):
    booking = costing()
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    before = client.get(address(booking, "booking_detail")).content.decode()
    change_seats(booking, 1)
    after = client.get(address(booking, "booking_detail")).content.decode().replace("\xa0", " ")

    assert ("no longer owed" in before, "450 kroner of it is no longer owed." in after) == (False, True)


def test_stripe_gets_an_address_that_opens_only_the_state_of_the_payment(client, stripe_server):
    booking = costing()
    begin(client, booking)
    asked = stripe_server.world.all("checkout.session")[0]
    path = asked["success_url"].partition("/bestilling/")[2]
    token = path.partition("/")[0]

    elsewhere = client.get(f"/bestilling/{token}/")
    before = client.get(f"/bestilling/{path}").content.decode()
    pay(stripe_server, CardCheckout.objects.get())
    still = client.get(f"/bestilling/{path}").content.decode()
    tell(client, stripe_server)
    after = client.get(f"/bestilling/{path}").content.decode()

    own = issue_link("booking", booking.pk)
    assert own not in str(asked)
    assert elsewhere.status_code == 404
    assert "We have not heard from Stripe yet" in before
    assert "We have not heard from Stripe yet" in still
    assert "The booking is confirmed and paid." in after
    assert f"/bestilling/{own}/" in after


def test_the_way_back_leads_to_the_booking_only_in_the_browser_that_left_and_while_its_link_lives(
    client, stripe_server
):
    booking = costing()
    begin(client, booking)
    back = stripe_server.world.all("checkout.session")[0]["success_url"].partition("/bestilling/")[2]
    own = f"/bestilling/{issue_link('booking', booking.pk)}/"
    stranger = type(client)()
    stranger.cookies["sprak"] = "en"

    pages = [one.get(f"/bestilling/{back}").content.decode() for one in (client, stranger)]
    renewed = f"/bestilling/{renew_link('booking', booking.pk)}/"
    handed_over = client.get(f"/bestilling/{back}").content.decode()

    assert [own in page for page in pages] == [True, False]
    assert renewed not in handed_over


def test_finance_pays_back_a_part_and_the_rest_and_no_more(client, stripe_server):
    booking = costing()
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    sign_in(client, StaffFactory(roles=["finance"]))
    payment = Payment.objects.get()
    here = reverse("courses:card_payment_detail", args=[payment.pk])

    def give_back(amount):
        key = new_request_key(f"refund-{payment.pk}")
        typed = {"amount": amount, "reason": "Færre plasser", "request_key": key, "afterwards": "keep"}
        answers = [client.post(reverse("courses:card_refund", args=[payment.pk]), typed) for _time in range(2)]
        run_all_due_jobs()
        return [answer.status_code for answer in answers]

    assert give_back("450.50") == [302, 302]
    assert give_back("450") == [400, 400]
    assert give_back("0") == [400, 400]
    assert give_back("-5") == [400, 400]
    assert give_back("449.50") == [302, 302]

    assert list(CardRefund.objects.order_by("pk").values_list("amount", "state")) == [
        (Decimal("450.50"), "succeeded"),
        (Decimal("449.50"), "succeeded"),
    ]
    page = client.get(here).content.decode()
    assert 'name="amount"' not in page
    assert "Færre plasser" in page


def test_full_refund_asks_what_becomes_of_the_booking_and_does_it(client, stripe_server):
    bookings = [costing() for _time in range(2)]
    for booking in bookings:
        pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    cancelled, kept = (Payment.objects.get(booking=booking) for booking in bookings)
    sign_in(client, StaffFactory(roles=["administrator"]))

    def give_back(payment, **typed):
        page = client.get(reverse("courses:card_payment_detail", args=[payment.pk]))
        form = page.context["form"]
        typed = {"amount": "900", "request_key": form["request_key"].value()} | typed
        return form, client.post(reverse("courses:card_refund", args=[payment.pk]), typed, follow=True)

    form, unasked = give_back(kept)
    refunds = CardRefund.objects.count()
    give_back(cancelled, afterwards=form["afterwards"].value())
    give_back(kept, afterwards="keep")
    run_all_due_jobs()

    assert (form["afterwards"].value(), unasked.status_code, refunds) == ("cancel", 400, 0)
    assert "The booking would owe 900 kroner after this. Choose what happens to it." in unasked.text
    states = {booking.pk: booking.state for booking in Booking.objects.all()}
    assert states == {bookings[0].pk: "cancelled", bookings[1].pk: "confirmed"}
    assert [refund.amount for refund in CardRefund.objects.all()] == [Decimal(900)] * 2
    assert [known_left(booking) for booking in Booking.objects.order_by("pk")] == [0, 900]


def test_the_form_offers_what_was_paid_too_much_and_cancels_nothing_unasked(client, stripe_server):
    booking = costing()
    pay(stripe_server, begun(booking))
    tell(client, stripe_server)
    change_seats(booking, 1)
    payment = Payment.objects.get()
    sign_in(client, StaffFactory(roles=["administrator"]))

    form = client.get(reverse("courses:card_payment_detail", args=[payment.pk])).context["form"]
    typed = {"amount": "900", "request_key": form["request_key"].value()}
    beyond = client.post(reverse("courses:card_refund", args=[payment.pk]), typed)
    client.post(reverse("courses:card_refund", args=[payment.pk]), typed | {"amount": "450"})

    assert (form["amount"].value(), form["afterwards"].value(), beyond.status_code) == (450, None, 400)
    assert (Booking.objects.get().state, CardRefund.objects.get().amount) == ("confirmed", 450)


def test_what_is_to_be_looked_at_stands_under_today_until_it_is_done(client, stripe_server):
    checkout = begun(costing())
    stripe_server.world.dispute(pay(stripe_server, checkout))
    tell(client, stripe_server)
    case = PaymentCase.objects.get()
    sign_in(client, StaffFactory(roles=["finance"]))

    today, listed, detail = (
        client.get(where).content.decode().replace("\xa0", " ")
        for where in ("/stab/", "/stab/betalinger/", case.payment_address)
    )
    done = client.post(reverse("courses:payment_case_settle", args=[case.pk]), follow=True).content.decode()

    for page in (today, listed, detail):
        assert "The payer disputes 900 kroner" in page
    assert "Put down as done." in done
    assert "The payer disputes" not in client.get("/stab/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    client, stripe_server, django_assert_num_queries, count
):
    for _number in range(count):
        stripe_server.world.dispute(pay(stripe_server, begun(costing())))
    tell(client, stripe_server)
    sign_in(client, StaffFactory(roles=["finance"]))
    client.get("/stab/betalinger/")

    with django_assert_num_queries(10):
        assert client.get("/stab/betalinger/").status_code == 200
