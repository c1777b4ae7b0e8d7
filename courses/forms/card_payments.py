"""Paying back to a card."""

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField
from taushet.forms.request_keys import RequestKeyForm

from .fields import PriceField


class RefundForm(RequestKeyForm):
    """How much goes back, and why."""

    amount = PriceField(label=_("Amount in kroner"))
    reason = CleanCharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("For the accounts. Nothing about people.")
    )
    field_order = ["amount", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        others = [one for one in amount.validators if not isinstance(one, MinValueValidator)]
        amount.validators = [*others, MinValueValidator(0, _("The amount cannot be below 0."))]


class PaymentFilterForm(forms.Form):
    """Which card payments staff look at."""

    bestilling = forms.IntegerField(label=_("Booking"), required=False, min_value=1)

    def narrow(self, payments):
        number = self.cleaned_data.get("bestilling") if self.is_valid() else None
        return payments.filter(booking=number) if number else payments
