"""A session and its meetings, as campaign staff put them in."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.exceptions import CoursesError
from courses.models import Course, Format, Session
from courses.services.neutral_titles import telling_word
from courses.services.session_meetings import MOST_MEETINGS, MeetingPlan, check_plan
from courses.services.sessions import CHOSEN
from courses.services.staffing import lacking
from municipalities.fields import MunicipalityChoiceField
from taushet.clocks import NoSuchTime, comes_twice, local_moment
from taushet.fields import CleanCharField, DayField, WholeNumberField

from .catalogue import OneOf, SessionFilterForm
from .fields import ClockField, JoinUrlField, PriceField


class StaffSessionFilterForm(SessionFilterForm):
    """Narrows the list of all sessions, drafts among them."""

    PERIODS = {"": _("Still to come"), "past": _("Been"), "all": _("All")}

    period = forms.ChoiceField(required=False, label=_("When"), choices=PERIODS)
    state = OneOf(label=_("State"), choices=[choice for choice in Session.State.choices if choice[0] != "full"])
    course = forms.ModelChoiceField(Course.objects.all(), required=False, label=_("Course"), empty_label=_("All"))
    lacks_trainer = forms.BooleanField(required=False, label=_("Only those that lack trainers"))

    field_order = ["period", "state", "course", "county", "municipality", "date_from", "date_to", "lacks_trainer"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("format", "audience", "free"):
            del self.fields[name]

    def narrow(self, sessions):
        sessions = super().narrow(sessions)
        asked = self.cleaned_data
        if asked.get("state"):
            sessions = sessions.filter(state=asked["state"])
        if asked.get("course"):
            sessions = sessions.filter(course=asked["course"])
        if asked.get("lacks_trainer"):
            sessions = sessions.filter(pk__in=lacking().order_by().values("pk"))
        period = asked.get("period")
        return sessions if period == "all" else sessions.past() if period == "past" else sessions.upcoming()


class SessionForm(forms.ModelForm):
    """What a session is, apart from its meetings."""

    municipality = MunicipalityChoiceField(
        required=False, label=_("Held in"), empty_label=_("Online only"), help_text=_("Empty when it is online only.")
    )
    closed_to = MunicipalityChoiceField(
        required=False,
        label=_("Only for"),
        empty_label=_("Open to everybody"),
        help_text=_("Choose a municipality when nobody else may see or book the session."),
    )
    capacity = WholeNumberField(
        min_value=1,
        max_value=2000,
        label=_("Seats"),
        error_messages={"required": _("Write how many seats there are.")},
    )
    price = PriceField(
        required=False,
        label=_("Price in kroner"),
        help_text=_("Empty when it is the price of the course. 0 when it is free."),
    )
    neutral_title = CleanCharField(
        max_length=80,
        required=False,
        label=_("Neutral title"),
        help_text=_("Stands in mail and calendars instead of the course name. Empty gives “Course”."),
    )

    leads_wanted = WholeNumberField(
        min_value=0,
        max_value=9,
        initial=1,
        label=_("Lead trainers"),
        help_text=_("How many it needs who may lead the course."),
    )
    seconds_wanted = WholeNumberField(
        min_value=0,
        max_value=9,
        initial=0,
        label=_("Second trainers"),
        help_text=_("How many it needs beside those. 0 when none."),
    )

    class Meta:
        model = Session
        fields = CHOSEN
        error_messages = {
            "course": {"required": _("Choose a course.")},
            "format": {"required": _("Choose the format.")},
            "language": {"required": _("Choose a form of Norwegian.")},
        }
        labels = {"price_kind": _("What the price is for")}
        help_texts = {"price_kind": _("Empty when it is as for the course.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.state != Session.State.DRAFT:
            self.fields["course"].queryset = Course.objects.filter(pk=self.instance.course_id)
            self.fields["course"].help_text = _("Cannot be changed after the session is opened.")

    def clean(self):
        data = super().clean()
        form, place = data.get("format"), data.get("municipality")
        if form == Format.ONLINE and place:
            self.add_error("municipality", _("A session that is online only is not held in a municipality."))
        elif form in {Format.ON_SITE, Format.HYBRID} and not place and "municipality" not in self.errors:
            self.add_error("municipality", _("Choose the municipality it is held in."))
        if word := telling_word(data.get("neutral_title", ""), data.get("course")):
            self.add_error(
                "neutral_title",
                _("“%(word)s” can tell what the course is about. Write a title without it, such as “Training day”.")
                % {"word": word},
            )
        return data


class OverhangForm(forms.Form):
    """A yes to fewer seats than are taken, with the reason; it counts for just so many beyond."""

    accepts_over = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2000)
    over_reason = CleanCharField(
        label=_("Why fewer than are taken?"),
        max_length=200,
        help_text=_("It is kept in the log, and shown to nobody else."),
    )

    @property
    def over(self):
        """How many seats would be beyond, as a number whatever was sent."""
        text = str(self["accepts_over"].value())
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0


class KeepForm(forms.Form):
    """Why a trainer keeps a session whose change comes to speak against them."""

    reason = CleanCharField(
        max_length=300,
        label=_("Why even so"),
        help_text=_("It is kept with the assignment."),
        error_messages={"required": _("Write why the trainer keeps the session even so.")},
    )


class NeighbourForm(forms.Form):
    """A neighbour that may book a session held for another municipality."""

    municipality = MunicipalityChoiceField(label=_("One more municipality that may book"))


class MeetingForm(forms.Form):
    """One meeting: a day, its hours and a place or a link."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    day = DayField(label=_("Day"))
    starts = ClockField(label=_("Starts"), error_messages={"required": _("Write when it starts.")})
    ends = ClockField(label=_("Ends"), error_messages={"required": _("Write when it ends.")})
    place = CleanCharField(max_length=120, required=False, label=_("Place"), help_text=_("Such as the town hall."))
    address = CleanCharField(max_length=150, required=False, label=_("Address"))
    join_url = JoinUrlField()

    def __init__(self, *args, standing, **kwargs):
        super().__init__(*args, **kwargs)
        self.standing = standing

    def clean(self):
        data = super().clean()
        starts_at, ends_at = self.moment("starts"), self.moment("ends")
        if starts_at and ends_at and not self.errors:
            content = {name: data[name] for name in ("place", "address", "join_url")}
            self.plan = MeetingPlan(starts_at, ends_at, pk=data.get("pk"), **content)
            try:
                check_plan(self.plan, self.standing.get(self.plan.pk))
            except CoursesError as error:
                self.add_error(error.field, str(error))
        return data

    def moment(self, name):
        """Return the moment of a time field, with an error beside it when the clocks jump over it."""
        day, clock = self.cleaned_data.get("day"), self.cleaned_data.get(name)
        if not day or not clock:
            return None
        try:
            return local_moment(day, clock)
        except NoSuchTime:
            self.add_error(name, _("The clocks are put forward this night, so this time does not exist."))
            return None

    @property
    def has_doubled_hour(self):
        """Whether the meeting begins or ends in the hour that comes twice, of which the first is meant."""
        return comes_twice(self.plan.starts_at) or comes_twice(self.plan.ends_at)


class BaseMeetingFormSet(forms.BaseFormSet):
    deletion_widget = forms.CheckboxInput

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Take out this meeting")

    def plans(self):
        """Return what the meetings shall be; empty rows and those taken out are left out."""
        kept = [form for form in self.forms if form.has_changed() or form.initial]
        return [form.plan for form in kept if form not in self.deleted_forms]

    def has_doubled_hour(self):
        return any(form.has_doubled_hour for form in self.forms if hasattr(form, "plan"))


MeetingFormSet = forms.formset_factory(
    MeetingForm,
    formset=BaseMeetingFormSet,
    extra=1,
    min_num=1,
    max_num=MOST_MEETINGS,
    absolute_max=MOST_MEETINGS + 10,
    validate_max=True,
    can_delete=True,
    can_delete_extra=False,  # an empty row counts for nothing anyway
)


def meeting_initial(meeting):
    """Return how a meeting stands in its form."""
    starts_at, ends_at = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    hours = {"day": starts_at.date(), "starts": starts_at.time(), "ends": ends_at.time()}
    return {"pk": meeting.pk, "place": meeting.place, "address": meeting.address, "join_url": meeting.join_url} | hours
