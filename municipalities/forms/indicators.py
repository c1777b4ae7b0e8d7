"""What is measured, as staff decide it."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import County, Indicator
from municipalities.services.fact_lists import MISSING, STALE
from municipalities.services.indicators import known_by_us
from taushet.fields import CleanCharField, WholeNumberField


class IndicatorForm(forms.Form):
    """An indicator. Its key is made once and never changes, since letters and demands refer to it."""

    name_nb = CleanCharField(max_length=150, label=gettext_lazy("Name in bokmål"))
    name_nn = CleanCharField(max_length=150, label=gettext_lazy("Name in nynorsk"))
    name_en = CleanCharField(max_length=150, label=gettext_lazy("Name in English"))
    kind = forms.ChoiceField(choices=Indicator.Kind, label=gettext_lazy("What kind of value is it?"))
    unit = CleanCharField(
        max_length=40,
        required=False,
        label=gettext_lazy("Unit of a number"),
        help_text=gettext_lazy("Such as kroner or per 1,000 inhabitants."),
    )
    fresh_days = WholeNumberField(
        min_value=1,
        max_value=3650,
        required=False,
        label=gettext_lazy("How many days does a value stay fresh?"),
        help_text=gettext_lazy("Leave it empty when a value never goes stale. A stale value holds letters back."),
    )
    knowledge_key = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Who knows the value?"),
        help_text=gettext_lazy("What the platform counts by itself is never entered by hand."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        counted = [(key, _("The platform: %(what)s") % {"what": label}) for key, label in known_by_us()]
        self.fields["knowledge_key"].choices = [("", _("Staff put it in")), *counted]

    def clean(self):
        data = super().clean()
        if data.get("unit") and data.get("kind") != Indicator.Kind.NUMBER:
            self.add_error("unit", _("Only numbers have a unit."))
        return data


class LackForm(forms.Form):
    """Which fact, and whether it is missing or too old."""

    STATES = [
        ("", gettext_lazy("Missing or out of date")),
        (MISSING, gettext_lazy("Missing")),
        (STALE, gettext_lazy("Out of date")),
    ]

    indicator = forms.ModelChoiceField(
        Indicator.objects.none(), to_field_name="key", label=gettext_lazy("Fact"), empty_label=None
    )
    state = forms.ChoiceField(choices=STATES, required=False, label=gettext_lazy("What is wrong"))
    county = forms.ModelChoiceField(
        County.objects.none(),
        required=False,
        label=gettext_lazy("County"),
        empty_label=gettext_lazy("The whole country"),
    )

    def __init__(self, data, *, indicators):
        super().__init__(data)
        self.fields["indicator"].queryset = indicators
        self.fields["county"].queryset = County.objects.current()
