"""What staff puts in about invoices: what the list shows, what is credited, through when the books are closed."""

import re
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import EInvoice
from courses.services.einvoice_states import invoices_of
from courses.services.owed import left_of
from taushet.fields import CleanCharField, DayField, WholeNumberField
from taushet.templatetags.ui import kroner

from .fields import AmountField

# Whoever writes a number means that document, whatever its state.
EXACT = re.compile(r"[Kk]?\s*[0-9]+")


class InvoiceFilterForm(forms.Form):
    """Narrows the list of invoices."""

    STATES = {
        "": _("Not paid"),
        "forfalt": _("Overdue"),
        "tilgode": _("Paid too much"),
        "ehf": _("E-invoice did not arrive"),
        "alle": _("All"),
    }

    tilstand = forms.ChoiceField(required=False, label=_("Show"), choices=STATES)
    q = CleanCharField(required=False, max_length=60, label=_("Number, KID or payer"))

    def narrow(self, invoices):
        asked = self.cleaned_data if self.is_valid() else {}
        state, text = asked.get("tilstand", ""), asked.get("q", "")
        if state == "forfalt":
            invoices = invoices.overdue()
        elif state == "tilgode":
            invoices = invoices.with_balance().filter(left__lt=0)
        elif state == "ehf":
            invoices = invoices.with_balance().filter(pk__in=invoices_of(EInvoice.objects.in_trouble()).values("pk"))
        elif state == "alle" or EXACT.fullmatch(text):
            invoices = invoices.with_balance()
        else:
            invoices = invoices.open()
        if text:
            invoices = invoices.telling(text)
        return invoices


class CreditForm(forms.Form):
    """What is taken back of an invoice: an amount of each line, without VAT."""

    reason = CleanCharField(
        max_length=200, label=_("Why?"), help_text=_("It stands on the credit note. Write no names.")
    )
    anew = forms.BooleanField(
        required=False,
        label=_("It shall be invoiced anew"),
        help_text=_("For example with another reference. Otherwise it is let off for good."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)  # the mark of what was shown

    def __init__(self, data=None, *, invoice):
        super().__init__(data)
        if invoice.language == "nn":
            self.fields["reason"].help_text = _("It stands on the credit note, which is in nynorsk. Write no names.")
        is_pressed = bool(data and data.get("seen"))  # maybe twice, and then nothing may be left
        lines = invoice.lines.prefetch_related("credits")
        self.rows = [line for line in lines if left_of(line) or (is_pressed and self.name_of(line) in data)]
        for line in self.rows:
            self.fields[self.name_of(line)] = AmountField(
                required=False,
                label=_("Of “%(name)s”, at most %(left)s") % {"name": line.name, "left": kroner(left_of(line))},
                initial=left_of(line),
            )
        self.order_fields([*(self.name_of(line) for line in self.rows), "reason", "anew"])

    @staticmethod
    def name_of(line):
        return f"line_{line.pk}"

    def clean(self):
        data = super().clean()
        for line in self.rows:
            amount, name = data.get(self.name_of(line)), self.name_of(line)
            if amount and amount > left_of(line) and not data.get("seen"):
                self.add_error(name, _("This is more than is left of the line."))
            elif amount and data.get("anew") and amount % line.unit_price:
                self.add_error(name, _("Only whole seats can be invoiced anew."))
        if not self.errors and not any(self.amounts.values()):
            raise forms.ValidationError(_("Write what is to be credited."))
        return data

    @property
    def amounts(self):
        return {line.pk: self.cleaned_data.get(self.name_of(line)) or Decimal(0) for line in self.rows}


class SeenTotalForm(forms.Form):
    """The sum that was shown when a button was pressed."""

    seen_total = forms.DecimalField(widget=forms.HiddenInput)


class CloseForm(forms.Form):
    """Through which day the books are closed."""

    until = DayField(label=_("Close the books through"))

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until >= timezone.localdate():
            raise forms.ValidationError(_("Choose a day that is over. What changes today has to be credited today."))
        return until


class FirstNumberForm(forms.Form):
    """The number the first document of a series gets."""

    number = WholeNumberField(
        label=_("First number"),
        min_value=1,
        max_value=99_999_999,
        help_text=_("One more than the last number you have used elsewhere, without the K of credit notes."),
    )


class SpanForm(forms.Form):
    """The days the accountant wants the lines of."""

    fra = DayField(label=_("From"))
    til = DayField(label=_("Through"))

    def clean(self):
        data = super().clean()
        first, last = data.get("fra"), data.get("til")
        if first and last and last < first:
            self.add_error("til", _("This day is before the first one."))
        return data
