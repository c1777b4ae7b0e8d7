"""A legal hook as staff look after it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outreach.models import LegalHook
from taushet.fields import CleanCharField, DayField


class HookForm(forms.ModelForm):
    """Citation, link and dates; the key is chosen once, since letters name it."""

    valid_from = DayField(label=_("Valid from"), required=False)
    valid_to = DayField(label=_("Repealed from"), required=False, help_text=_("The first day it no longer holds."))
    checked_on = DayField(label=_("Checked"), required=False, help_text=_("When somebody last looked it up."))

    class Meta:
        model = LegalHook
        fields = [
            "key",
            "kind",
            "citation_nb",
            "citation_nn",
            "meaning_nb",
            "meaning_nn",
            "meaning_en",
            "url",
            "valid_from",
            "valid_to",
            "checked_on",
        ]
        field_classes = dict.fromkeys(
            ["citation_nb", "citation_nn", "meaning_nb", "meaning_nn", "meaning_en"], CleanCharField
        )
        labels = {
            "key": _("Key, which letters name it by"),
            "kind": _("Kind"),
            "citation_nb": _("Citation in bokmål"),
            "citation_nn": _("Citation in nynorsk"),
            "meaning_nb": _("What it says, in bokmål"),
            "meaning_nn": _("What it says, in nynorsk"),
            "meaning_en": _("What it says, in English"),
            "url": _("Address"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["key"].disabled = bool(self.instance.pk)

    def clean_key(self):
        if self.cleaned_data["key"] == "ny":  # the address of a new one
            raise forms.ValidationError(_("Choose another key."))
        return self.cleaned_data["key"]

    def clean(self):
        data = super().clean()
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end <= start:
            self.add_error("valid_to", _("It must be later than the day it is valid from."))
        return data
