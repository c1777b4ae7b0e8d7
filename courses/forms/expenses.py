"""What an assignment has cost: kilometres and outlays."""

from datetime import datetime

from django import forms
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, WholeNumberField

from .fields import AmountField

MOST_OUTLAYS = 20


class ExpenseForm(forms.Form):
    """The way by car, and what is to be said about all of it."""

    kilometres = WholeNumberField(
        min_value=0, max_value=5000, required=False, label=_("Kilometres by own car, there and back")
    )
    note = CleanCharField(
        max_length=500,
        required=False,
        label=_("Note"),
        help_text=_("Such as from where to where. Nothing about the participants."),
    )

    def clean_kilometres(self):
        return self.cleaned_data["kilometres"] or 0


class OutlayForm(forms.Form):
    """One thing that was paid for."""

    what = CleanCharField(max_length=120, required=False, label=_("What"))
    amount = AmountField(required=False, label=_("Amount in kroner"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        others = [one for one in amount.validators if not isinstance(one, MinValueValidator)]
        amount.validators = [*others, MinValueValidator(0, _("The amount cannot be below 0."))]

    def clean(self):
        data = super().clean()
        amount = data.get("amount")
        if data.get("what") and not amount and "amount" not in self.errors:
            self.add_error("amount", gettext("Write what it cost."))
        if amount and not data.get("what") and "what" not in self.errors:
            self.add_error("what", gettext("Write what it was."))
        return data


class BaseOutlayFormSet(forms.BaseFormSet):
    def outlays(self):
        """Return what was paid for, with the amount."""
        rows = [form.cleaned_data for form in self.forms]
        return [(row["what"], row["amount"]) for row in rows if row.get("what") and row.get("amount")]


OutlayFormSet = forms.formset_factory(
    OutlayForm,
    formset=BaseOutlayFormSet,
    extra=2,
    max_num=MOST_OUTLAYS,
    absolute_max=MOST_OUTLAYS + 10,
    validate_max=True,
)


class SeenForm(forms.Form):
    """When expenses were last changed, as the page that settles them showed it."""

    seen = forms.CharField(max_length=40)

    def clean_seen(self):
        try:
            seen = datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError as error:
            raise forms.ValidationError("") from error
        return seen if timezone.is_aware(seen) else timezone.make_aware(seen)


class ClaimFilterForm(forms.Form):
    """Which expenses staff look at."""

    tilstand = forms.ChoiceField(
        label=_("State"),
        choices=[("", _("Not settled")), ("oppgjort", _("Already settled")), ("alle", _("All"))],
        required=False,
    )

    @property
    def state(self):
        """What the list and its files hold, as it stands in the address; what was not understood counts as not said."""
        return self.cleaned_data.get("tilstand") if self.is_valid() else ""

    def narrow(self, claims):
        """Return the claims that fit."""
        if self.state == "alle":
            return claims
        return claims.settled() if self.state == "oppgjort" else claims.open()
