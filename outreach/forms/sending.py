"""How a mailing is sent: not before when, how fast, with what attached."""

import re

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.fields import LongestText
from taushet.forms.request_keys import RequestKeyForm

MOST_AN_HOUR = 100_000
LONGEST_FAULT = 2000


class RateField(forms.IntegerField):
    """Letters an hour, or nothing for no bound."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            label=_("Letters an hour at most"),
            error_messages={"invalid": _("Write a whole number, such as 600.")},
            validators=[
                MinValueValidator(1, _("Write at least 1, or leave it empty.")),
                MaxValueValidator(MOST_AN_HOUR, _("This is more than leaves in an hour. Leave it empty instead.")),
            ],
            **kwargs,
        )


class SendingForm(forms.Form):
    """What staff decide about how the letters leave."""

    embargo_until = forms.DateTimeField(
        required=False,
        label=_("Embargo until"),
        help_text=_(
            "No letter leaves before this time, whatever else is set. After it, letters leave in business hours."
        ),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H.%M", "%d.%m.%Y %H:%M"],
        error_messages={"invalid": _("This is not a date and time. Write it as 12.03.2027 09.00.")},
    )
    rate = RateField(help_text=_("Leave it empty to let them leave as fast as the receivers’ mail systems take them."))
    attach_pdf = forms.BooleanField(
        required=False,
        label=_("Attach each letter as a PDF"),
        help_text=_("The PDFs are made when you submit, and are part of what your colleague approves."),
    )

    def clean_embargo_until(self):
        moment = self.cleaned_data["embargo_until"]
        if moment and moment != self.initial.get("embargo_until") and moment < timezone.now():
            raise forms.ValidationError(_("This time has passed. Leave it empty when there is no embargo."))
        return moment


class ResumeForm(forms.Form):
    """At what pace it goes on."""

    rate = RateField(help_text=_("Leave it empty to keep to the pace that was approved."))


def fault(label, help_text=""):
    return forms.CharField(
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[LongestText(LONGEST_FAULT)],
        error_messages={"required": _("Say what was wrong in the letter.")},
    )


class FaultForm(RequestKeyForm):
    """What was wrong in letters that have left, as the correction will say it."""

    fault_nb = fault(
        _("What was wrong, in bokmål"),
        _("Whole sentences, such as: Vi skrev at kommunen ikke har en handlingsplan. Den har hatt en siden 2024."),
    )
    fault_nn = fault(_("What was wrong, in nynorsk"))

    def clean(self):
        for name in ("fault_nb", "fault_nn"):
            if re.search(r"[{}]", self.cleaned_data.get(name, "")):
                self.add_error(name, _("Write it without { and }."))
        return self.cleaned_data
