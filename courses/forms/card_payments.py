"""Paying back to a card."""

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, WholeNumberField
from taushet.forms.request_keys import RequestKeyForm
from taushet.templatetags.ui import kroner

from .fields import PriceField


class RefundForm(RequestKeyForm):
    """How much goes back and why, and what becomes of a booking that would then owe it again.

    `owes_after` says how much that is for an amount, of which there are `most`; `may_cancel` whether the booking can be
    cancelled by whoever asks.
    """

    class Afterwards:
        CANCEL = "cancel"
        KEEP = "keep"

    amount = PriceField(label=_("Amount in kroner"))
    afterwards = forms.ChoiceField(
        label=_("What happens to the booking?"),
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": _("Choose what happens to the booking.")},
    )
    reason = CleanCharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("For the accounts. Nothing about people.")
    )
    field_order = ["amount", "afterwards", "reason"]

    def __init__(self, *args, owes_after, most, may_cancel=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.owes_after = owes_after
        choices = [(self.Afterwards.KEEP, _("It stays confirmed, and owes what goes back: that is invoiced as usual."))]
        if may_cancel:
            sentence = _("It is cancelled: the seats are given back, those concerned are told, and nothing is owed.")
            choices.insert(0, (self.Afterwards.CANCEL, sentence))
            if owes_after(self.initial["amount"]):
                self.initial.setdefault("afterwards", self.Afterwards.CANCEL)
        asked = self.fields["afterwards"]
        asked.choices, asked.is_said_plainly = choices, True
        if not owes_after(self.initial["amount"]):
            asked.help_text = _("Only where more goes back than was paid too much.")
        if not owes_after(most):
            del self.fields["afterwards"]
        amount = self.fields["amount"]
        others = [one for one in amount.validators if not isinstance(one, MinValueValidator)]
        amount.validators = [*others, MinValueValidator(0, _("The amount cannot be below 0."))]

    def clean(self):
        data = super().clean()
        amount = data.get("amount")
        if "afterwards" in self.fields and amount and not data.get("afterwards") and not self.has_error("afterwards"):
            owes = self.owes_after(amount)
            if owes:
                sentence = _("The booking would owe %(amount)s after this. Choose what happens to it.")
                self.add_error("afterwards", sentence % {"amount": kroner(owes)})
        return data

    @property
    def cancels(self) -> bool:
        return self.cleaned_data.get("afterwards") == self.Afterwards.CANCEL


class PaymentFilterForm(forms.Form):
    """Which card payments staff look at."""

    bestilling = WholeNumberField(label=_("Booking"), required=False, min_value=1, max_value=2_000_000_000)

    def narrow(self, payments):
        number = self.cleaned_data.get("bestilling") if self.is_valid() else None
        return payments.filter(booking=number) if number else payments
