"""Putting in what is known about a municipality."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.exceptions import BadValue
from municipalities.models import Indicator
from municipalities.services.facts import clean_value, refuse_unclear
from taushet.fields import CleanCharField

UNKNOWN = ""
YES_NO_UNKNOWN = [("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("Unknown"))]


class FactForm(forms.Form):
    """A value with its day and source; unknown needs neither."""

    observed_on = forms.DateField(
        label=_("True on"),
        help_text=_("The day the plan was adopted, the page was read or the answer was given."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": _("This is not a date. Write it as 12.03.2027.")},
    )
    source = CleanCharField(
        label=_("Source"),
        help_text=_("Where anybody can check it: an address, a case number or who told us."),
        required=False,
        max_length=300,
    )

    field_order = ["value", "observed_on", "source"]

    def __init__(self, *args, indicator: Indicator, **kwargs):
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        self.fields["value"] = self.value_field()
        for field in self.fields.values():
            field.is_said_plainly = True  # they are needed together, or none of them
        self.order_fields(self.field_order)

    def value_field(self):
        label = self.indicator.name
        match self.indicator.kind:
            case Indicator.Kind.YES_NO:
                return forms.ChoiceField(label=label, choices=YES_NO_UNKNOWN, widget=forms.RadioSelect, required=False)
            case Indicator.Kind.DATE:
                widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
                return CleanCharField(label=label, max_length=20, widget=widget, required=False, help_text=EMPTY)
            case Indicator.Kind.NUMBER:
                widget = forms.TextInput(attrs={"inputmode": "decimal"})
                return CleanCharField(label=label, max_length=30, widget=widget, required=False, help_text=EMPTY)
        return CleanCharField(label=label, max_length=300, required=False, help_text=EMPTY)

    def clean_value(self):
        value = self.cleaned_data["value"]
        if value == UNKNOWN:
            return value
        try:
            if value != self.initial.get("value"):
                refuse_unclear(self.indicator, value)
            return clean_value(self.indicator, value)
        except BadValue as error:
            raise forms.ValidationError(str(error)) from error

    def clean_observed_on(self):
        day = self.cleaned_data["observed_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("The day lies in the future."))
        return day

    def clean(self):
        data = super().clean()
        if data.get("value"):
            if "observed_on" in data and not data["observed_on"]:
                self.add_error("observed_on", _("Say on which day this was true."))
            if "source" in data and not data["source"]:
                self.add_error("source", _("Say where you have this from."))
        return data


EMPTY = _("Leave it empty when it is unknown.")
