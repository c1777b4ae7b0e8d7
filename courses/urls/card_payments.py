"""Addresses of card payment: the booker's, staff's, and the one Stripe calls."""

from django.urls import path

from courses.views import card_payments, staff_payments, stripe_webhook

urlpatterns = [
    path("bestilling/<str:token>/kort/", card_payments.card_pay, name="card_pay"),
    path("bestilling/<str:token>/betaling/", card_payments.card_return, name="card_return"),
    path("webhooks/stripe/", stripe_webhook.stripe_webhook, name="stripe_webhook"),
    path("stab/betalinger/", staff_payments.card_payment_list, name="card_payment_list"),
    path("stab/betalinger/<int:payment_id>/", staff_payments.card_payment_detail, name="card_payment_detail"),
    path("stab/betalinger/<int:payment_id>/tilbake/", staff_payments.card_refund, name="card_refund"),
    path("stab/betalinger/sak/<int:case_id>/", staff_payments.payment_case_settle, name="payment_case_settle"),
]
