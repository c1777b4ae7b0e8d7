"""What campaign staff put in about requests for a course at home: which to see, and what to answer."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.exceptions import CoursesError
from courses.models import Course, CourseRequest, Format, RequestParty
from courses.services.request_offers import OfferPlan, check_offer
from courses.services.requests import offers_format
from municipalities.fields import MunicipalityChoiceField
from municipalities.models import County
from taushet.fields import CleanCharField, DayField, WholeNumberField
from taushet.forms.narrowing import NarrowingForm
from taushet.workdays import add_workdays

from .catalogue import OneOf, midnight
from .fields import ClockField, JoinUrlField, PriceField, WordField
from .sessions import MeetingForm
from .trainers import TrainerChoiceField

DAYS_TO_ANSWER = 10
MOST_DATES = 10


class RequestFilterForm(NarrowingForm):
    """Narrows the list of requests; every field may stay empty, and one that is wrong narrows nothing."""

    STATES = {
        "": _("Not closed yet"),
        "overdue": _("Unanswered for five working days"),
        **{
            state.value: state.label
            for state in CourseRequest.State
            if state not in {CourseRequest.State.UNPROVED, CourseRequest.State.EXPIRED}
        },
        "all": _("All"),
    }

    state = forms.ChoiceField(required=False, label=_("State"), choices=STATES)
    course = forms.ModelChoiceField(Course.objects.all(), required=False, label=_("Course"), empty_label=_("All"))
    county = forms.ModelChoiceField(
        County.objects.current(), required=False, label=_("County"), empty_label=_("The whole country")
    )
    municipality = MunicipalityChoiceField(required=False, empty_label=_("All municipalities"))
    format = OneOf(label=_("Format"), choices=Format.choices)

    def narrow(self, requests):
        """Return those requests that fit what was asked, the longest waiting first."""
        asked = self.asked
        state = asked.get("state")
        if state == "overdue":
            requests = requests.overdue()
        elif not state:
            requests = requests.filter(state__in=CourseRequest.OPEN_STATES)
        elif state != "all":
            requests = requests.filter(state=state)
        if "course" in asked:
            requests = requests.filter(course=asked["course"])
        if "format" in asked:
            requests = requests.filter(format=asked["format"])
        parties = RequestParty.objects.all()
        if "county" in asked:
            parties = parties.filter(municipality__county=asked["county"])
        if "municipality" in asked:
            parties = parties.filter(municipality=asked["municipality"])
        if "county" in asked or "municipality" in asked:
            requests = requests.filter(pk__in=parties.values("request"))
        return requests


class OfferForm(forms.Form):
    """What every date of an offer shares."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    format = forms.ChoiceField(label=_("Format"), choices=Format, error_messages={"required": _("Choose the format.")})
    place = CleanCharField(max_length=120, required=False, label=_("Place"), help_text=_("Such as the town hall."))
    address = CleanCharField(max_length=150, required=False, label=_("Address"))
    join_url = JoinUrlField()
    seats = WholeNumberField(
        min_value=1,
        max_value=2000,
        label=_("Seats"),
        error_messages={"required": _("Write how many seats there are.")},
    )
    seat_price = PriceField(label=_("Price per seat in kroner"), help_text=_("0 when it is free."))
    answer_on = DayField(
        label=_("Answer by"),
        help_text=_("After this day the offer lapses by itself."),
        error_messages={"required": _("Choose until when the municipality may answer.")},
    )
    word = WordField(label=_("A word to the municipality"), required=False)

    def __init__(self, *args, asked, **kwargs):
        initial = {
            "seen": last_event(asked),
            "format": asked.format,
            "place": asked.place,
            "seats": max(asked.people, 1),
            "seat_price": asked.course.price,
            "answer_on": suggested_deadline(asked),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.asked = asked

    def clean_format(self):
        form = self.cleaned_data["format"]
        if not offers_format(self.asked.course, form):
            raise forms.ValidationError(_("This course is not held in that way."))
        return form

    def clean(self):
        data = super().clean()
        if data.get("answer_on"):
            data["answer_by"] = midnight(data["answer_on"] + timedelta(days=1))
        return data

    def terms(self):
        """Return what the service wants to know, apart from the dates."""
        return {name: value for name, value in self.cleaned_data.items() if name != "answer_on"}


def last_event(asked):
    event = asked.events.last()
    return event.pk if event else None


def suggested_deadline(asked):
    """Return a fair time to answer, but before the first of the days that would suit."""
    today = timezone.localdate()
    first = min((window.first_on for window in asked.windows.all() if window.first_on > today), default=None)
    fair = add_workdays(today, DAYS_TO_ANSWER)
    return min(fair, first - timedelta(days=1)) if first else fair


class OfferDateForm(MeetingForm):
    """One date that is offered: day, hours and trainer."""

    pk = place = address = join_url = None
    trainer = TrainerChoiceField(
        None,
        label=_("Trainer"),
        empty_label=_("Choose a trainer"),
        error_messages={"required": _("Choose a trainer.")},
    )
    reason = CleanCharField(
        max_length=300,
        required=False,
        label=_("Why even so"),
        help_text=_("Needed when something speaks against the trainer. The municipality does not see it."),
    )

    def __init__(self, *args, asked, trainers, remarks, **kwargs):
        super().__init__(*args, standing={}, **kwargs)
        self.asked = asked
        self.fields["trainer"].remarks = remarks
        self.fields["trainer"].queryset = trainers

    def clean(self):
        data = self.cleaned_data
        starts_at, ends_at = self.moment("starts"), self.moment("ends")
        if starts_at and ends_at and data.get("trainer") and not self.errors:
            self.plan = OfferPlan(starts_at, ends_at, data["trainer"], data.get("reason", ""))
            try:
                check_offer(self.asked, self.plan)
            except CoursesError as error:
                self.add_error(error.field, str(error))
        return data


class BaseOfferDateFormSet(forms.BaseFormSet):
    default_error_messages = {"too_few_forms": _("Offer at least one date.")}

    def plans(self):
        """Return the dates that were filled in."""
        return [form.plan for form in self.forms if form.has_changed()]


OfferDateFormSet = forms.formset_factory(
    OfferDateForm,
    formset=BaseOfferDateFormSet,
    extra=2,
    min_num=1,
    max_num=MOST_DATES,
    absolute_max=MOST_DATES + 10,
    validate_min=True,
    validate_max=True,
)


class DateHintForm(forms.Form):
    """The day and the trainer a link on the request's page proposes."""

    dag = DayField(required=False)
    fra = ClockField(required=False)
    kursholder = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)

    def first_row(self):
        self.full_clean()
        names = {"day": "dag", "starts": "fra", "trainer": "kursholder"}
        return {field: self.cleaned_data[name] for field, name in names.items() if self.cleaned_data.get(name)}


class DeclineForm(forms.Form):
    """Why we cannot."""

    word = WordField(
        label=_("What shall the municipality be told?"),
        help_text=_("It is sent by e-mail and stands on the page of the request."),
        error_messages={"required": _("Write why, and what they can do instead.")},
    )


class TakeBackForm(forms.Form):
    """Why an offer is taken back."""

    word = WordField(label=_("What shall the municipality be told?"), required=False)
