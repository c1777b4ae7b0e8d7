"""The right reference of an invoice that is credited and issued anew."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .payers import ReferenceField, ReferenceForm


class ReissueForm(ReferenceForm):
    """The reference of the new invoice, and the sum that was shown."""

    invoice_reference = ReferenceField(
        label=gettext_lazy("The right reference"), error_messages={"required": gettext_lazy("Write the reference.")}
    )
    seen_total = forms.DecimalField(widget=forms.HiddenInput)

    def __init__(self, *args, invoice, **kwargs):
        super().__init__(*args, payer=invoice.payer, **kwargs)
        self.invoice = invoice

    def clean_invoice_reference(self):
        reference = super().clean_invoice_reference()
        if reference == self.invoice.buyer_reference:
            raise forms.ValidationError(_("This is the reference it has already."))
        return reference
