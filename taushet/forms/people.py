from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, WorkEmailField
from taushet.models import User
from taushet.roles import LABELS

NO_HOUSE = [("", _("Neither: books or teaches"))]


class RolesField(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(choices=list(LABELS.items()), **kwargs)


class PersonForm(forms.Form):
    """Name, house and roles of a person."""

    name = CleanCharField(label=_("Name"), max_length=120)
    house = forms.ChoiceField(label=_("Works for"), choices=NO_HOUSE + User.House.choices, required=False)
    roles = RolesField(
        label=_("Roles"),
        help_text=_(
            "Everything the person does here. Campaign staff, approvers, finance and administrators sign in "
            "with a second factor."
        ),
        error_messages={"required": _("Choose at least one role.")},
    )


class InvitationForm(PersonForm):
    """Who is invited. The mail is written in the language chosen here."""

    email = WorkEmailField(label=_("Work e-mail"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=settings.LANGUAGES)

    field_order = ["name", "email", "house", "roles", "language"]


class PeopleFilterForm(forms.Form):
    """Whom the list of people shows."""

    q = CleanCharField(label=_("Name or e-mail"), max_length=120, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("All roles")), *LABELS.items()], required=False)
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Everybody with access")),
            ("invited", _("Invited, not here yet")),
            ("closed", _("Deactivated")),
        ],
        required=False,
    )

    def narrow(self, people):
        """Return the people that fit; what could not be understood is told beside its field and left out."""
        self.is_valid()
        chosen = self.cleaned_data
        if chosen.get("q"):
            people = people.search(chosen["q"])
        if chosen.get("role"):
            people = people.with_role(chosen["role"])
        if chosen.get("state") == "closed":
            return people.filter(is_active=False)
        people = people.active()
        return people.filter(has_accepted=False) if chosen.get("state") == "invited" else people
