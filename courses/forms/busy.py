"""The calendar a trainer keeps elsewhere."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.exceptions import CoursesError
from courses.models import BusyCalendar
from courses.services.busy import access_from
from taushet.fields import CleanCharField

Kind = BusyCalendar.Kind


class BusyCalendarForm(forms.Form):
    """Where a calendar is, and what opens it. What was typed as a password is never shown again."""

    kind = forms.ChoiceField(
        label=_("How we can read it"),
        choices=Kind,
        initial=Kind.ICS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    address = CleanCharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        error_messages={"required": _("Paste the address of the calendar.")},
    )
    user = CleanCharField(
        label=_("User name"),
        max_length=200,
        required=False,
        help_text=_("Only when the calendar asks for it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = CleanCharField(
        label=_("Password"),
        max_length=200,
        required=False,
        help_text=_("Make a password for this use alone where you can (an app password)."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def clean(self):
        data = super().clean()
        if not self.errors:
            try:
                access_from(**data)
            except CoursesError as error:
                self.add_error(error.field, str(error))
        return data
