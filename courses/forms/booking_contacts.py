"""What is put in about who answers for a booking: its address, a second contact, whoever takes over."""

from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, PersonNameField, PhoneField, WorkEmailField


class AddressForm(forms.Form):
    """Another address for a booking that waits to be confirmed."""

    email = WorkEmailField(label=_("The right e-mail address"))


class LostLinkForm(forms.Form):
    """The address that booked."""

    email = WorkEmailField(label=_("The e-mail address you booked with"))


class SecondContactForm(forms.Form):
    """A colleague who may do what the contact may; both fields empty takes it back."""

    name = PersonNameField(label=_("Colleague’s name"), max_length=120, required=False)
    email = WorkEmailField(label=_("Colleague’s work e-mail"), required=False)

    def clean(self):
        data = super().clean()
        if bool(data.get("name")) != bool(data.get("email")) and not self.errors:
            missing = "email" if data.get("name") else "name"
            self.add_error(missing, _("Write both, or leave both empty to have no second contact."))
        return data


class HandOverForm(forms.Form):
    """The colleague who is asked to take over."""

    name = PersonNameField(label=_("Colleague’s name"), max_length=120)
    email = WorkEmailField(label=_("Colleague’s work e-mail"))


class TakeOverForm(forms.Form):
    """What a new contact has to add."""

    phone = PhoneField(label=_("Your phone"))
    role = CleanCharField(label=_("Your role"), max_length=120, required=False)
