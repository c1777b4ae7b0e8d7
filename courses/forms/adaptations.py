"""What participants need arranged, whether mail names the course, and under which name they stand.

Asked of nobody else than the participant, and of staff on the phone. No field asks why.
"""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Adaptation
from taushet.fields import CleanCharField, PersonNameField


class AdaptationForm(forms.ModelForm):
    """What has to be arranged, kept only with consent."""

    interpreter = CleanCharField(
        label=_("Interpreter into which language?"), max_length=60, required=False, help_text=_("For example Tigrinya.")
    )
    food = CleanCharField(
        label=_("Food you cannot eat"), max_length=100, required=False, help_text=_("For example nuts, gluten or pork.")
    )
    other = CleanCharField(
        label=_("Something else we should arrange"),
        max_length=120,
        required=False,
        help_text=_("Write only what we should do, such as a seat near the door. We do not need to know why."),
    )
    consent = forms.BooleanField(
        label=_("Yes, you may keep what I have put in here, and use it to arrange it"),
        required=False,
        help_text=_("You can take it back with one click, and we delete it at once."),
    )

    class Meta:
        model = Adaptation
        fields = (*Adaptation.YES_OR_NO, *Adaptation.WORDS)

    must_hold_something = True
    says_yes = _("Tick that we may keep it. Without that we keep nothing.")

    def clean(self):
        data = super().clean()
        if self.is_asked and not data.get("consent"):
            self.add_error("consent", self.says_yes)
        elif self.must_hold_something and not self.is_asked and not self.errors:
            self.add_error(None, _("Choose or write something we should arrange."))
        return data

    @property
    def is_asked(self) -> bool:
        """Whether anything is to be arranged."""
        return any(self.cleaned_data.get(name) for name in self.Meta.fields) or any(
            name in self.errors for name in Adaptation.WORDS
        )

    @property
    def wishes(self) -> dict:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class SignUpAdaptationForm(AdaptationForm):
    """The same beside the sign-up, where most have nothing to ask for."""

    must_hold_something = False
    prefix = "behov"


class StaffAdaptationForm(AdaptationForm):
    """The same, put in by staff for somebody who rings."""

    consent = forms.BooleanField(
        label=_("The person has heard what it is used for, and has said yes on the phone"), required=False
    )
    says_yes = _("Ask first. Without a yes we keep nothing.")


class AliasForm(forms.Form):
    """The name others see instead of the real one."""

    alias = PersonNameField(
        label=_("Name others see"),
        max_length=120,
        help_text=_("For example a first name, initials or another name. Say it at the door."),
        error_messages={"required": _("Write the name others should see.")},
    )
    certificate_name = PersonNameField(
        label=_("Name on the course certificate"),
        max_length=120,
        required=False,
        help_text=_("Empty, it is the name others see. Nobody but you gets the certificate."),
    )

    def __init__(self, *args, participant, **kwargs):
        super().__init__(*args, **kwargs)
        self.participant = participant
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def clean_alias(self):
        alias = self.cleaned_data["alias"]
        if alias.casefold() == self.participant.name.casefold():
            raise forms.ValidationError(_("This is the name you want to protect. Write another one."))
        return alias


class ParticipantDiscretionForm(forms.Form):
    """Whether a participant's own mail and calendar name the course."""

    AS_BOOKED, HIDE, SHOW = "booked", "no", "yes"
    VALUES = {AS_BOOKED: None, HIDE: False, SHOW: True}

    shows = forms.ChoiceField(label=_("In my e-mail and calendar"), widget=forms.RadioSelect)

    def __init__(self, *args, participant, **kwargs):
        chosen = {value: key for key, value in self.VALUES.items()}[participant.shows_course_name]
        super().__init__(*args, initial={"shows": chosen}, **kwargs)
        title = {"title": participant.booking.session.discreet_title}
        if participant.booking.shows_course_name:
            as_booked = _("As the one who booked has chosen: the name of the course")
        else:
            as_booked = _("As the one who booked has chosen: only “%(title)s”") % title
        self.fields["shows"].choices = [
            (self.AS_BOOKED, as_booked),
            (self.HIDE, _("Only “%(title)s”, so that nobody who sees it learns what it is about") % title),
            (self.SHOW, _("The name of the course")),
        ]

    @property
    def choice(self) -> bool | None:
        return self.VALUES[self.cleaned_data["shows"]]


class BookingDiscretionForm(forms.Form):
    """Whether mail and calendars of a booking name the course."""

    shows_course_name = forms.BooleanField(
        label=_("Show the name of the course in e-mail and calendar"),
        required=False,
    )

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["shows_course_name"].help_text = without_the_tick(session)


def without_the_tick(session) -> str:
    """Return what mail and calendar say of a session when nobody lets them name the course."""
    return _(
        "Without the tick they only say “%(title)s”, so that nobody who sees the calendar learns what it is about."
    ) % {"title": session.discreet_title}
