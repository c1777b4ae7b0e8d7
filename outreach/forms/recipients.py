"""Addresses of offices, with where they are from and when they were checked."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import County
from municipalities.names import fold
from outreach.models import Mandate
from outreach.services.offices.shared_addresses import others_at
from taushet.fields import CleanCharField, DayField, WorkEmailField
from taushet.forms.narrowing import NarrowingForm
from taushet.searches import holds

from .namesakes import ask_who, chosen_person
from .parties import PartyField
from .shared_addresses import ask_about


class AddressForm(forms.Form):
    """What every public address needs."""

    email = WorkEmailField(label=_("E-mail address"))
    source = CleanCharField(
        max_length=300,
        label=_("Where is the address from?"),
        help_text=_("Such as the address of the page where the municipality shows it."),
    )
    checked_on = DayField(label=_("Checked on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"

    def clean_checked_on(self):
        day = self.cleaned_data["checked_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day


class TaskAddressForm(AddressForm):
    """The address that is right now, for other offices too that have the one that was wrong."""

    also = forms.ModelMultipleChoiceField(
        Mandate.objects.none(),
        required=False,
        label=_("These offices have the same address. Put the new one in for them too?"),
        widget=forms.CheckboxSelectMultiple,
    )

    field_order = ["email", "is_shared"]

    def __init__(self, *args, mandate, others, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["also"].queryset = others
        self.fields["also"].label_from_instance = str
        if self.is_bound:
            ask_about(self, others_at(self.data.get("email", ""), mandate))
        if not others:
            del self.fields["also"]

    def clean(self):
        super().clean()
        self.cleaned_data.pop("is_shared", None)
        self.cleaned_data["also"] = [mandate.pk for mandate in self.cleaned_data.get("also", [])]
        return self.cleaned_data


class MailboxForm(AddressForm):
    """The central mail-box of a municipality."""


class MayorForm(AddressForm):
    """Who is mayor, and the office's public address."""

    first_name = CleanCharField(max_length=80, label=_("First name"))
    last_name = CleanCharField(max_length=80, label=_("Last name"))
    party = PartyField(max_length=80, required=False, label=_("Party"))

    field_order = ["first_name", "last_name", "person", "party"]

    def __init__(self, *args, holder=None, **kwargs):
        super().__init__(*args, **kwargs)
        ask_who(self, holder=holder)

    @property
    def politician(self):
        """Who it is, when it is somebody who is here already."""
        return chosen_person(self)


class OfficeHolderSearchForm(forms.Form):
    """Finds somebody in the long list of a council."""

    q = CleanCharField(max_length=60, required=False, label=_("Name or party"))

    def narrow(self, groups):
        """Keep those of each party whose name or party holds what is asked for."""
        self.full_clean()
        asked = fold(self.cleaned_data.get("q", ""))
        if not asked:
            return groups
        kept = [
            (party, [one for one in mandates if asked in fold(f"{one.politician} {party}")])
            for party, mandates in groups
        ]
        return [(party, mandates) for party, mandates in kept if mandates]


class RecipientFilterForm(NarrowingForm):
    """Narrows the list of municipalities."""

    LACKING = [
        ("", _("All")),
        ("mailbox", _("Without a central mail-box")),
        ("mayor", _("Without a mayor's address")),
    ]

    county = forms.ModelChoiceField(
        County.objects.current(), required=False, label=_("County"), empty_label=_("The whole country")
    )
    lacking = forms.ChoiceField(choices=LACKING, required=False, label=_("Lacking"))
    q = CleanCharField(max_length=60, required=False, label=_("Municipality"))

    def narrow(self, municipalities):
        asked = self.asked
        if "county" in asked:
            municipalities = municipalities.filter(county=asked["county"])
        if "lacking" in asked:
            municipalities = municipalities.filter(**{f"{asked['lacking']}_email": None})
        if "q" in asked:
            municipalities = municipalities.filter(holds(asked["q"], "name"))
        return municipalities
