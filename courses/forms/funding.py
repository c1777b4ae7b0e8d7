"""Seats of a session that somebody else pays for."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.fields import MunicipalityChoiceField
from municipalities.models import County
from taushet.fields import WholeNumberField


class FundingForm(forms.Form):
    """How many seats are funded, for one municipality or for all of one county."""

    municipality = MunicipalityChoiceField(required=False, label=_("For a municipality"))
    county = forms.ModelChoiceField(
        queryset=None, required=False, label=_("Or for all of a county"), empty_label=_("No county")
    )
    seats = WholeNumberField(
        min_value=0, max_value=2000, label=_("Funded seats"), help_text=_("0 takes them back, for bookings to come.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = County.objects.current()

    def clean(self):
        data = super().clean()
        if bool(data.get("municipality")) == bool(data.get("county")) and not self.errors:
            self.add_error("municipality", _("Choose a municipality or a county, one of them."))
        return data

    @property
    def place(self):
        return self.cleaned_data["municipality"] or self.cleaned_data["county"]
