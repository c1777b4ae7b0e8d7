"""Which e-invoices staff look at, and why a payer has refused one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import EInvoice, EInvoiceFault
from taushet.searches import holds


class EInvoiceFilterForm(forms.Form):
    """What to show. Anything that makes no sense is left out rather than complained about."""

    tilstand = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *EInvoice.State.choices])
    regel = forms.ChoiceField(label=_("Rule it does not keep"), required=False)
    q = forms.CharField(
        label=_("Number or payer"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rules = EInvoiceFault.objects.standing().order_by("rule").values_list("rule", flat=True).distinct()
        self.fields["regel"].choices = [("", _("All")), *((rule, rule) for rule in rules)]
        if not rules:
            del self.fields["regel"]

    def narrow(self, einvoices):
        """Return the e-invoices that fit."""
        chosen = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        if chosen.get("tilstand"):
            einvoices = einvoices.filter(state=chosen["tilstand"])
        if chosen.get("regel"):
            einvoices = einvoices.filter(pk__in=EInvoiceFault.objects.standing().of_rule(chosen["regel"]))
        if chosen.get("q"):
            einvoices = einvoices.filter(holds(chosen["q"], "number", "buyer_name", "buyer_number"))
        return einvoices


class RefusedForm(forms.Form):
    """Why a payer has refused an e-invoice."""

    reason = forms.CharField(
        label=_("What the payer says"),
        max_length=300,
        help_text=_("For example “wrong reference”. No names of people."),
    )
