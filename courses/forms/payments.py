"""What staff puts in about payments: a file from the bank, one payment by hand, which invoice a payment is for."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, DayField, WholeNumberField
from taushet.forms.request_keys import RequestKeyForm

from .fields import PriceField


class BankFileForm(forms.Form):
    """A file the bank has given."""

    file = forms.FileField(
        label=_("File from the bank"),
        help_text=_("CAMT.053, or CSV with the columns date, amount and KID. It is shown before it counts."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )


class InvoiceNumberField(WholeNumberField):
    """The number of an invoice."""

    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=2_000_000_000, label=_("Number of the invoice"), **kwargs)


class PlaceForm(forms.Form):
    """Which invoice a payment is for."""

    number = InvoiceNumberField()


class PaymentForm(RequestKeyForm):
    """A payment that came some other way."""

    number = InvoiceNumberField()
    amount = PriceField(label=_("Amount in kroner"))
    paid_on = DayField(label=_("Paid on"))
    note = CleanCharField(
        required=False, max_length=200, label=_("How?"), help_text=_("For example set off. Write no names.")
    )

    def clean_amount(self):
        amount = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("Write the amount."))
        return amount

    def clean_paid_on(self):
        paid_on = self.cleaned_data["paid_on"]
        if paid_on > timezone.localdate():
            raise forms.ValidationError(_("Choose a day that has come."))
        return paid_on
