"""How a trainer gets the calendar."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Trainer


class CalendarChoiceForm(forms.Form):
    """By a calendar to subscribe to, or by invitations; never both."""

    way = forms.ChoiceField(
        label=_("How do you want your teaching in your calendar?"),
        choices=Trainer.CalendarBy,
        widget=forms.RadioSelect,
        help_text=_("You choose one of them. With both, every meeting would stand twice in your calendar."),
        error_messages={"required": _("Choose one of them."), "invalid_choice": _("Choose one of them.")},
    )
