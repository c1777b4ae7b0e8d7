"""What participants may write about themselves on their own page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.services.participants import Person
from taushet.fields import CleanCharField, PersonNameField, WorkEmailField
from taushet.forms.request_keys import RequestKeyForm


class CorrectionForm(forms.Form):
    """The own name, workplace and role, put right."""

    name = PersonNameField(label=_("Your name"), max_length=120)
    workplace = CleanCharField(label=_("Workplace"), max_length=150, required=False)
    role = CleanCharField(label=_("Your role"), max_length=120, required=False)


class NewAddressForm(forms.Form):
    """Another address to be reached at."""

    email = WorkEmailField(label=_("New work e-mail"))


class ColleagueForm(RequestKeyForm):
    """The colleague who gets the seat."""

    name = PersonNameField(label=_("Your colleague’s name"), max_length=120)
    email = WorkEmailField(
        label=_("Your colleague’s work e-mail"), help_text=_("Time, place and an own page are sent there.")
    )
    workplace = CleanCharField(label=_("Workplace"), max_length=150, required=False)
    role = CleanCharField(label=_("Role"), max_length=120, required=False)

    def __init__(self, *args, participant, **kwargs):
        super().__init__(*args, about=f"pass-on-{participant.pk}", **kwargs)
        self.participant = participant

    def clean_email(self):
        email = self.cleaned_data["email"]
        if email == self.participant.email:
            raise forms.ValidationError(_("This is your own address. Write your colleague’s."), code="own")
        return email

    @property
    def person(self) -> Person:
        return Person(**{name: self.cleaned_data[name] for name in ("name", "email", "workplace", "role")})
