"""What a visitor may ask the catalogue."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Audience, Format
from municipalities.fields import MunicipalityChoiceField
from municipalities.models import County
from taushet.fields import DayField
from taushet.forms.narrowing import NarrowingForm


class OneOf(forms.ChoiceField):
    """One of a few choices, or all of them."""

    default_error_messages = {"invalid_choice": _("Choose one from the list.")}

    def __init__(self, *, choices, **kwargs):
        super().__init__(choices=[("", _("All")), *choices], required=False, **kwargs)


class SessionFilterForm(NarrowingForm):
    """Narrows a list of sessions; every field may stay empty, and one that is wrong narrows nothing."""

    county = forms.ModelChoiceField(
        County.objects.current(),
        required=False,
        label=_("County"),
        empty_label=_("The whole country"),
        error_messages={"invalid_choice": _("There is no county with this number. Choose one from the list.")},
    )
    municipality = MunicipalityChoiceField(required=False, empty_label=_("All municipalities"))
    date_from = DayField(required=False, label=_("From"))
    date_to = DayField(required=False, label=_("To"))
    format = OneOf(label=_("Format"), choices=Format.choices)
    audience = OneOf(label=_("For whom"), choices=Audience.choices)
    free = forms.BooleanField(required=False, label=_("Only with free seats"))

    def clean(self):
        data = super().clean()
        if data.get("date_from") and data.get("date_to") and data["date_to"] < data["date_from"]:
            self.add_error("date_to", _("The last day comes before the first. Change one of them."))
        return data

    def narrow(self, sessions):
        """Return those sessions that fit what was asked; all of them when nothing was."""
        if not self.is_bound:
            return sessions
        asked = self.asked
        if "county" in asked:
            sessions = sessions.filter(municipality__county=asked["county"])
        if "municipality" in asked:
            sessions = sessions.filter(municipality=asked["municipality"])
        if "date_from" in asked:
            sessions = sessions.filter(first_starts_at__gte=midnight(asked["date_from"]))
        if "date_to" in asked:
            sessions = sessions.filter(first_starts_at__lt=midnight(asked["date_to"] + timedelta(days=1)))
        if "format" in asked:
            sessions = sessions.filter(format=asked["format"])
        if "audience" in asked:
            sessions = sessions.filter(course__audience=asked["audience"])
        if "free" in asked:
            sessions = sessions.with_free_seats()
        return sessions


def midnight(day):
    return timezone.make_aware(datetime.combine(day, time.min))
