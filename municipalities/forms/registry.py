"""What a visitor may ask the list of municipalities."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import County
from taushet.fields import CleanCharField


class MunicipalityFilterForm(forms.Form):
    """Narrows the list; both may stay empty."""

    q = CleanCharField(
        label=_("Name or number"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    fylke = forms.ModelChoiceField(
        County.objects.none(),
        required=False,
        label=_("County"),
        empty_label=_("The whole country"),
        error_messages={"invalid_choice": _("There is no county with this number. Choose one from the list.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["fylke"].queryset = County.objects.current(timezone.localdate())
