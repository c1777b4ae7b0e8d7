from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField


class LogFilterForm(forms.Form):
    """Which lines of the log are shown."""

    who = CleanCharField(label=_("Who (name or e-mail)"), max_length=120, required=False)
    action = CleanCharField(label=_("What was done"), max_length=60, required=False)
    object_type = forms.ChoiceField(label=_("To what"), required=False)
    object_id = CleanCharField(label=_("Number"), max_length=40, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args, object_types=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["object_type"].choices = [("", _("Everything")), *object_types]
