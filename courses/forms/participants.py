"""The names of participants. No field asks for anything about a person's own life."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.services.participants import Person
from taushet.fields import CleanCharField, PersonNameField, WorkEmailField
from taushet.forms.request_keys import RequestKeyForm

ROWS_AT_ONCE = 10


class ParticipantForm(forms.Form):
    """One name in the booker's list."""

    name = PersonNameField(label=_("Name"), max_length=120)
    email = WorkEmailField(
        label=_("Work e-mail"),
        required=False,
        error_messages={"invalid": _("This is not an e-mail address. Leave it empty if you do not know it.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    @property
    def person(self) -> Person:
        return Person(**{name: self.cleaned_data[name] for name in self.fields if name != "request_key"})


class KeyForm(RequestKeyForm):
    """The key of a list of names."""


ParticipantFormSet = forms.formset_factory(ParticipantForm, extra=1, max_num=ROWS_AT_ONCE, absolute_max=50)


class ReplaceForm(ParticipantForm, RequestKeyForm):
    """A colleague instead of somebody, or the same person with the name put right."""

    workplace = CleanCharField(label=_("Workplace"), max_length=150, required=False)
    role = CleanCharField(label=_("Role"), max_length=120, required=False)
    field_order = ["name", "email", "workplace", "role"]


class SignUpForm(RequestKeyForm):
    """What participants say of themselves."""

    name = PersonNameField(label=_("Your name"), max_length=120)
    email = WorkEmailField(
        label=_("Work e-mail"),
        required=False,
        help_text=_(
            "Time, place and your own page are sent here. Leave it empty if you want no e-mail: your contact at work"
            " then gives you what you need on paper."
        ),
    )
    workplace = CleanCharField(label=_("Workplace"), max_length=150, required=False)
    role = CleanCharField(label=_("Your role"), max_length=120, required=False)

    @property
    def person(self) -> Person:
        return Person(**{name: self.cleaned_data[name] for name in ("name", "email", "workplace", "role")})
