"""Contact people of a municipality."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import ContactPerson
from taushet.fields import CleanCharField, PhoneField, WorkEmailField


class ContactPersonForm(forms.ModelForm):
    """Somebody the campaign talks with."""

    name = CleanCharField(label=_("Name"), max_length=120)
    role = CleanCharField(label=_("Role"), required=False, max_length=120)
    email = WorkEmailField(label=_("Work e-mail"))
    phone = PhoneField(label=_("Phone"), required=False)
    source = CleanCharField(
        label=_("Where we have this from"),
        help_text=_("The person, the municipality’s web site, a colleague."),
        max_length=200,
    )

    class Meta:
        model = ContactPerson
        fields = ["name", "role", "unit", "email", "phone", "source"]
        labels = {"unit": _("Unit")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        units = self.instance.municipality.units.active()
        self.fields["unit"].queryset = units
        self.fields["unit"].empty_label = _("The municipality as a whole")
