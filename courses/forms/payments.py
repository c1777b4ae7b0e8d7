"""What staff puts in about payments: a file from the bank, one payment by hand, which invoice a payment is for."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, DayField, WholeNumberField
from taushet.forms.request_keys import RequestKeyForm

from .fields import AmountField


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


class CorrectForm(forms.Form):
    """What is wrong about a payment that is recorded; of one on no invoice only that it never came can be said."""

    class What:
        OTHER = "other"
        UNKNOWN = "unknown"
        NEVER = "never"

    what = forms.ChoiceField(
        label=_("What is wrong?"),
        widget=forms.RadioSelect,
        choices=[
            (What.OTHER, _("It is for another invoice.")),
            (What.UNKNOWN, _("It is not for this invoice, and nobody knows yet what it is for.")),
            (What.NEVER, _("It never came, or it is recorded twice.")),
        ],
        error_messages={"required": _("Choose what is wrong."), "invalid_choice": _("Choose what is wrong.")},
    )
    number = InvoiceNumberField(required=False, help_text=_("Only when it is for another invoice."))
    reason = CleanCharField(label=_("Reason"), max_length=200, help_text=_("For the accounts. Nothing about people."))

    def __init__(self, *args, is_placed, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].is_said_plainly = True
        if not is_placed:
            del self.fields["what"], self.fields["number"]

    def clean(self):
        data = super().clean()
        if data.get("what") == self.What.OTHER and not data.get("number") and not self.has_error("number"):
            self.add_error("number", _("Write the number of the invoice it is for."))
        return data

    @property
    def came(self) -> bool:
        return self.cleaned_data.get("what", self.What.NEVER) != self.What.NEVER

    @property
    def wanted_number(self) -> int | None:
        return self.cleaned_data["number"] if self.cleaned_data.get("what") == self.What.OTHER else None


class PaymentForm(RequestKeyForm):
    """A payment that came some other way."""

    number = InvoiceNumberField()
    amount = AmountField(label=_("Amount in kroner"))
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
