"""What a calendar page is asked for: the week or month in the address, and what narrows it."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Course, Trainer
from courses.services.periods import Period, month_from, week_from
from courses.services.staffing import lacking
from municipalities.models import County
from taushet.forms.narrowing import NarrowingForm

from .availability import WeekForm
from .catalogue import OneOf
from .trainers import MonthForm


def week_asked(data) -> Period:
    """Return the week an address asks for, or this one."""
    return week_from(WeekForm(data).monday())


def month_asked(data) -> Period:
    """Return the month an address asks for, or this one."""
    return month_from(MonthForm(data).first_day() or timezone.localdate().replace(day=1))


class PeriodForm(NarrowingForm):
    """Keeps the week or the month one looks at while the list is narrowed; wrong values narrow nothing."""

    uke = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    maned = forms.CharField(required=False, max_length=7, widget=forms.HiddenInput)


class CountyAndCourseForm(PeriodForm):
    """Narrows to a county and a course."""

    county = forms.ModelChoiceField(
        County.objects.current(), required=False, label=_("County"), empty_label=_("The whole country")
    )
    course = forms.ModelChoiceField(Course.objects.all(), required=False, label=_("Course"), empty_label=_("All"))

    def narrow_trainers(self, trainers):
        """Return those who travel to the county and may teach the course."""
        asked = self.asked
        if "county" in asked:
            trainers = trainers.filter(Q(counties=asked["county"]) | Q(counties=None))
        if "course" in asked:
            trainers = trainers.filter(courses=asked["course"])
        return trainers


class CoverageForm(PeriodForm):
    """Narrows the picture of the counties to a course and a form of Norwegian."""

    course = forms.ModelChoiceField(Course.objects.all(), required=False, label=_("Course"), empty_label=_("All"))
    language = OneOf(label=_("Taught in"), choices=[("nb", _("Bokmål")), ("nn", _("Nynorsk"))])


class StaffCalendarForm(CountyAndCourseForm):
    """Narrows all sessions: to a trainer, a county, a course, or those nobody teaches yet."""

    trainer = forms.ModelChoiceField(
        Trainer.objects.select_related("user").order_by("user__name", "pk"),
        required=False,
        label=_("Trainer"),
        empty_label=_("All"),
    )
    lacks_trainer = forms.BooleanField(required=False, label=_("Only without a trainer"))

    field_order = ["uke", "maned", "trainer", "county", "course", "lacks_trainer"]

    def narrow(self, meetings):
        asked = self.asked
        if "trainer" in asked:
            teaches = asked["trainer"].assignments.filter(state__in=["accepted", "offered"]).values("session")
            meetings = meetings.filter(session__in=teaches)
        if "county" in asked:
            meetings = meetings.filter(session__municipality__county=asked["county"])
        if "course" in asked:
            meetings = meetings.filter(session__course=asked["course"])
        if "lacks_trainer" in asked:
            meetings = meetings.filter(session__in=lacking().order_by().values("pk"))
        return meetings
