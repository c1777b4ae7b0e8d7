"""When a trainer can teach: every week, on single days, and the week one looks at."""

from datetime import date

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from courses.exceptions import CoursesError
from courses.models import Availability, AvailabilityException
from courses.services.availability import MOST_ROWS, check_days, check_hours
from taushet.fields import DayField

from .fields import ClockField

Kind = AvailabilityException.Kind


class WeekForm(forms.Form):
    """A week as it stands in the address: 2026-W49."""

    uke = forms.RegexField(r"^(\d{4})-W(\d{2})$", required=False)

    def monday(self):
        """Return the Monday of the week asked for, or of this one when there is no such week."""
        asked = self.cleaned_data.get("uke") if self.is_valid() else None
        today = timezone.localdate()
        if asked:
            year, week = int(asked[:4]), int(asked[6:])
            if 2000 < year < 2100 and 1 <= week <= date(year, 12, 28).isocalendar().week:
                return date.fromisocalendar(year, week, 1)
        return date.fromisocalendar(*today.isocalendar()[:2], 1)


def week_name(day):
    """Return the week of a day as `WeekForm` reads it."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


class CheckedForm(forms.Form):
    """A form whose times and days are checked by the service, each error beside its field.

    A row of several is folded to what it says until something in it needs to be seen.
    """

    is_alone = False

    def check(self, rule, *values):
        try:
            rule(*values)
        except CoursesError as error:
            self.add_error(error.field, str(error))

    @property
    def is_folded(self):
        """Whether it says what it said before, or is one more empty row below others."""
        return not self.is_alone and not (self.is_bound and (self.errors or self.has_changed()))


class HoursForm(CheckedForm):
    """Hours of a weekday, every week."""

    weekday = forms.TypedChoiceField(
        label=_("Weekday"),
        coerce=int,
        error_messages={"required": _("Choose a weekday."), "invalid_choice": _("Choose a weekday.")},
    )
    starts = ClockField(label=_("From"))
    ends = ClockField(label=_("To"))
    valid_from = DayField(label=_("First day"), required=False)
    valid_to = DayField(label=_("Last day"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        days = [(number, capfirst(name)) for number, name in WEEKDAYS.items()]
        self.fields["weekday"].choices = [("", _("Choose a day")), *days]

    def clean(self):
        data = super().clean()
        if data.get("starts") and data.get("ends"):
            self.check(check_hours, data["starts"], data["ends"])
        self.check(check_days, data.get("valid_from"), data.get("valid_to"), "valid_to")
        return data

    @property
    def said(self):
        """What stood there when the form was opened, or None for an empty row."""
        return Availability(**self.initial) if self.initial else None

    def row(self):
        names = ("weekday", "starts", "ends", "valid_from", "valid_to")
        return Availability(**{name: self.cleaned_data[name] for name in names})


class ExceptionForm(CheckedForm):
    """Days on which a trainer can teach more than usual, or not at all."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[("", _("Choose")), *Kind.choices], error_messages={"required": _("Choose one.")}
    )
    first_on = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"), required=False, help_text=_("Empty when it is one day."))
    starts = ClockField(label=_("From"), required=False, help_text=_("Empty for the whole day."))
    ends = ClockField(label=_("To"), required=False)

    def clean(self):
        data = super().clean()
        if "starts" not in self.errors and "ends" not in self.errors:
            self.check(check_hours, data.get("starts"), data.get("ends"))
        if data.get("first_on") and "last_on" not in self.errors:
            field = "last_on" if data.get("last_on") else "first_on"
            self.check(check_days, data["first_on"], data.get("last_on") or data["first_on"], field)
        return data

    @property
    def said(self):
        """What stood there when the form was opened, or None for an empty row."""
        return AvailabilityException(**self.initial) if self.initial else None

    def row(self):
        data = self.cleaned_data
        return AvailabilityException(
            kind=data["kind"],
            first_on=data["first_on"],
            last_on=data.get("last_on") or data["first_on"],
            starts=data["starts"],
            ends=data["ends"],
        )


class DayForm(ExceptionForm):
    """The same for one day of the week view, or from it on, or every week."""

    kind = forms.ChoiceField(
        label=_("What"), choices=Kind, widget=forms.RadioSelect, error_messages={"required": _("Choose one.")}
    )
    first_on = DayField(widget=forms.HiddenInput)
    last_on = DayField(label=_("Through"), required=False, help_text=_("Empty when it is this day only."))
    every_week = forms.BooleanField(required=False)

    field_order = ["first_on", "kind", "starts", "ends", "last_on", "every_week"]

    def __init__(self, *args, day=None, **kwargs):
        if day:
            kwargs |= {"initial": {"first_on": day, "kind": Kind.FREE}, "auto_id": f"id_{day:%Y%m%d}_%s"}
        super().__init__(*args, **kwargs)
        if day:
            text = gettext("Every %(weekday)s from this day on")
            self.fields["every_week"].label = text % {"weekday": WEEKDAYS[day.weekday()]}

    def clean(self):
        data = super().clean()
        if data.get("every_week"):
            if data.get("kind") == Kind.AWAY:
                self.add_error("every_week", gettext("Fixed hours are those in which you can teach. Choose that."))
            elif not data.get("starts") and "starts" not in self.errors:
                self.add_error("starts", gettext("Write from when to when."))
        return data

    def row(self):
        """Return weekly hours, or an exception."""
        data = self.cleaned_data
        if not data["every_week"]:
            return super().row()
        return Availability(
            weekday=data["first_on"].weekday(),
            starts=data["starts"],
            ends=data["ends"],
            valid_from=data["first_on"],
            valid_to=data.get("last_on"),
        )


class DayHintForm(forms.Form):
    """Which day the form of a day is about."""

    first_on = DayField()


class BaseHoursFormSet(forms.BaseFormSet):
    deletion_widget = forms.CheckboxInput

    def add_fields(self, form, index):
        super().add_fields(form, index)
        # What a script adds stands open, and so does the empty row where there is no other.
        form.is_alone = index is None or (index == 0 and not form.initial)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Take out this line")

    def rows(self):
        """Return what was filled in, without the lines that are taken out."""
        kept = [form for form in self.forms if form.has_changed() or form.initial]
        return [form.row() for form in kept if form not in self.deleted_forms]


def formset_of(form):
    return forms.formset_factory(
        form,
        formset=BaseHoursFormSet,
        extra=1,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS + 10,
        validate_max=True,
        can_delete=True,
        can_delete_extra=False,
    )


HoursFormSet, ExceptionFormSet = formset_of(HoursForm), formset_of(ExceptionForm)


def initial_of(rows, form):
    """Return rows of the database as they stand in their form."""
    return [{name: getattr(row, name) for name in form.base_fields} for row in rows]
