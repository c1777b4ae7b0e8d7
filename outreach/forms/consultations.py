"""Consultations by hand, the list's filters, and the export of the Storting."""

from datetime import datetime, time

from django import forms
from django.utils.translation import gettext_lazy as _

from outreach.models import Consultation
from outreach.services.consultations.hearings_export import end_of_day
from taushet.fields import CleanCharField, DayField
from taushet.workdays import OSLO

EMPTY = [("", _("All"))]


class FilterForm(forms.Form):
    """What the list shows."""

    q = forms.CharField(required=False, max_length=100, label=_("Words in title, case or committee"))
    origin = forms.ChoiceField(required=False, label=_("From"), choices=[*EMPTY, *Consultation.Origin.choices])
    state = forms.ChoiceField(required=False, label=_("Status"), choices=[*EMPTY, *Consultation.State.choices])
    plan = forms.ChoiceField(required=False, label=_("What we do"), choices=[*EMPTY, *Consultation.Plan.choices])

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.is_said_plainly = True


class OsloTimeField(forms.TimeField):
    """A time of day as 12.00 or 12:00."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%H:%M", "%H.%M", "%H:%M:%S"], **kwargs)


class ConsultationForm(forms.Form):
    """A consultation, mostly of a ministry; the times are Oslo time, and without one the whole day counts."""

    title = CleanCharField(max_length=300, label=_("Title"))
    held_by = CleanCharField(max_length=160, label=_("Committee or ministry"))
    reference = CleanCharField(max_length=200, required=False, label=_("Case"))
    url = forms.URLField(max_length=300, required=False, assume_scheme="https", label=_("Address"))
    state = forms.ChoiceField(label=_("Status"), choices=Consultation.State.choices)
    plan = forms.ChoiceField(label=_("What we do"), choices=Consultation.Plan.choices)
    answer_on = DayField(required=False, label=_("Deadline for written input"))
    answer_at = OsloTimeField(required=False, label=_("At"), help_text=_("Oslo time. Empty: any time that day."))
    speak_on = DayField(required=False, label=_("Deadline to ask to speak"))
    speak_at = OsloTimeField(required=False, label=_("At"), help_text=_("Oslo time. Empty: any time that day."))
    starts_on = DayField(required=False, label=_("Hearing begins"))
    starts_at_time = OsloTimeField(required=False, label=_("At"), help_text=_("Oslo time."))
    place = CleanCharField(max_length=160, required=False, label=_("Place"))

    def __init__(self, *args, consultation=None, **kwargs):
        if consultation is not None:
            kwargs["initial"] = initial_of(consultation)
        else:
            kwargs["initial"] = {"state": Consultation.State.PLANNED, "plan": Consultation.Plan.UNDECIDED}
        super().__init__(*args, **kwargs)
        self.origin = consultation.origin if consultation else Consultation.Origin.MINISTRY

    def clean(self):
        data = super().clean()
        if data.get("starts_on") and not data.get("starts_at_time") and "starts_at_time" not in self.errors:
            self.add_error("starts_at_time", _("Say when it begins."))
        for day, at in (("answer_on", "answer_at"), ("speak_on", "speak_at"), ("starts_on", "starts_at_time")):
            if data.get(at) is not None and not data.get(day) and day not in self.errors:
                self.add_error(day, _("Choose a date."))
        if not self.errors and data.get("speak_on") and data.get("starts_on"):
            speak_by, is_day = moment(data["speak_on"], data["speak_at"])
            starts_at, _whole = moment(data["starts_on"], data["starts_at_time"])
            if data["speak_on"] > data["starts_on"] or (not is_day and speak_by > starts_at):
                self.add_error("speak_on", _("The hearing has begun by then. The deadline must lie before it."))
        return data

    @property
    def values(self):
        """What `save_consultation` takes."""
        data = self.cleaned_data
        answer_by, answer_is_day = moment(data["answer_on"], data["answer_at"])
        speak_by, speak_is_day = moment(data["speak_on"], data["speak_at"])
        return {name: data[name] for name in ("title", "held_by", "reference", "url", "state", "plan", "place")} | {
            "origin": self.origin,
            "answer_by": answer_by,
            "answer_by_is_day": answer_is_day,
            "speak_by": speak_by,
            "speak_by_is_day": speak_is_day,
            "starts_at": moment(data["starts_on"], data["starts_at_time"])[0],
        }


def moment(day, at):
    """Return a moment in Oslo, and whether the whole day counts."""
    if day is None:
        return None, False
    if at is None:
        return end_of_day(_at(day, time(0))), True
    return _at(day, at), False


def _at(day, at):
    return datetime.combine(day, at, tzinfo=OSLO)


def initial_of(row):
    values = {name: getattr(row, name) for name in ("title", "held_by", "reference", "url", "state", "plan", "place")}
    for field, day, at, is_day in (
        ("answer_by", "answer_on", "answer_at", row.answer_by_is_day),
        ("speak_by", "speak_on", "speak_at", row.speak_by_is_day),
        ("starts_at", "starts_on", "starts_at_time", False),
    ):
        when = getattr(row, field)
        if when is not None:
            local = when.astimezone(OSLO)
            values |= {day: local.date(), at: None if is_day else local.time()}
    return values


class ExportForm(forms.Form):
    """The file of hearings, as data.stortinget.no gives it."""

    file = forms.FileField(
        label=_("The file of hearings (XML)"), widget=forms.FileInput(attrs={"accept": ".xml,application/xml"})
    )


class ReadForm(forms.Form):
    """What was read and shown, signed, so that exactly that is brought in."""

    read = forms.CharField(max_length=3_000_000)
