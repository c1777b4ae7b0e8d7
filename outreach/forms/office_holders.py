"""One office: who holds it, since when, how to reach it, and leaves from it."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import County
from municipalities.services.place_cells import Place, county_place
from outreach.models import Body, Mandate
from outreach.services.offices.office_holders import LOCAL_ROLES, NewOffice, committees_of, why_not_in
from taushet.fields import CleanCharField, DayField, PersonNameField, WorkEmailField

from .audiences import COUNTY_LABELS
from .namesakes import ask_who, chosen_person
from .parties import PartyField

Role = Mandate.Role
# The mayor and the mail-box of a municipality have pages of their own.
LOCAL_CHOICES = [(role.value, role.label) for role in LOCAL_ROLES if role not in (Role.MAYOR, Role.MAILBOX)]
COUNTY_CHOICES = [(role.value, COUNTY_LABELS.get(role, role.label)) for role in LOCAL_ROLES]
OTHER_CHOICES = [
    (role.value, role.label)
    for role in (
        Role.MINISTER,
        Role.REPRESENTATIVE,
        Role.COMMITTEE_LEADER,
        Role.MEMBER,
        Role.GROUP_LEADER,
        Role.STATE_ADMINISTRATOR,
        Role.PRESIDENT,
        Role.MAILBOX,
    )
]
OTHER_BODIES = [
    (kind.value, kind.label)
    for kind in (
        Body.Kind.MINISTRY,
        Body.Kind.STORTING,
        Body.Kind.COMMITTEE,
        Body.Kind.PARTY_GROUP,
        Body.Kind.SAMETINGET,
        Body.Kind.STATE_ADMINISTRATION,
    )
]


class OfficeFields(forms.Form):
    """What can be said of an office whoever holds it."""

    title = CleanCharField(max_length=120, required=False, label=gettext_lazy("Title, when it has one"))
    party = PartyField(max_length=80, required=False, label=gettext_lazy("Party"))
    period = CleanCharField(
        max_length=20,
        required=False,
        label=gettext_lazy("Election period"),
        help_text=gettext_lazy("Such as 2023–2027."),
    )
    starts_on = DayField(
        required=False, label=gettext_lazy("In office from"), help_text=gettext_lazy("Leave it empty if unknown.")
    )
    email = WorkEmailField(required=False, label=gettext_lazy("Public office e-mail"))
    source = CleanCharField(
        max_length=300,
        label=gettext_lazy("Where is this from?"),
        help_text=gettext_lazy("Such as the address of the page where the municipality shows it."),
    )
    checked_on = DayField(label=gettext_lazy("Checked on"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"
        self.fields["checked_on"].initial = timezone.localdate

    def clean_checked_on(self):
        return not_later(self.cleaned_data["checked_on"])

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        return not_later(day) if day else day


def not_later(day):
    if day > timezone.localdate():
        raise forms.ValidationError(_("This day has not come yet."))
    return day


class OfficeForm(OfficeFields):
    """Somebody gets an office. A name that is here already is not taken for the same person: staff says."""

    role = forms.ChoiceField(choices=LOCAL_CHOICES, label=gettext_lazy("Office"))
    first_name = PersonNameField(max_length=80, label=gettext_lazy("First name"))
    last_name = PersonNameField(max_length=80, label=gettext_lazy("Last name"))
    known_committee = forms.ModelChoiceField(
        Body.objects.none(),
        required=False,
        label=gettext_lazy("Committee, for its leader and members"),
        empty_label=gettext_lazy("Another one, written below"),
    )
    committee = CleanCharField(max_length=120, required=False, label=gettext_lazy("Committee that is not here yet"))

    field_order = ["role", "first_name", "last_name", "person", "party", "known_committee", "committee"]

    def __init__(self, *args, place=None, **kwargs):
        super().__init__(*args, **kwargs)
        known = committees_of(place) if place else Body.objects.none()
        if known:
            self.fields["known_committee"].queryset = known
        elif "committee" in self.fields:
            del self.fields["known_committee"]
            self.fields["committee"].label = _("Committee, for its leader and members")
        for name in ("first_name", "last_name"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        ask_who(self)

    def clean(self):
        data = super().clean()
        if data.get("known_committee"):
            data["committee"] = data["known_committee"].name
        if data.get("role") in (Role.COMMITTEE_LEADER, Role.MEMBER) and "committee" in data and not data["committee"]:
            self.add_error("committee", _("Say which committee."))
        if data.get("role") == Role.GROUP_LEADER and not data.get("party"):
            self.add_error("party", _("Say whose group."))
        return data

    @property
    def politician(self):
        """Who it is, when it is somebody who is here already."""
        return chosen_person(self)

    @property
    def office(self) -> NewOffice:
        kept = {name: value for name, value in self.cleaned_data.items() if name in NewOffice.__dataclass_fields__}
        return NewOffice(**kept)


class CountyOfficeForm(OfficeForm):
    """An office of a county authority: also its mayor and its mail-box."""

    county = forms.ModelChoiceField(
        County.objects.none(), label=gettext_lazy("County authority"), empty_label=gettext_lazy("Choose a county")
    )

    field_order = ["county", *OfficeForm.field_order]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = County.objects.current()
        self.fields["role"].choices = COUNTY_CHOICES
        let_mailbox_be_nobodys(self)

    @property
    def place(self) -> Place:
        return county_place(self.cleaned_data["county"])


def let_mailbox_be_nobodys(form: forms.Form) -> None:
    """Ask for an address instead of a name when the office is a mail-box."""
    if form.data.get("role") == Role.MAILBOX:
        for name in ("first_name", "last_name"):
            form.fields[name].required = False
        form.fields["email"].required = True
    form.fields["role"].help_text = _("A central mail-box is nobody's by name: leave the names empty.")


class OtherOfficeForm(OfficeForm):
    """An office that is no municipality's: a state administrator, the Sámi Parliament."""

    kind = forms.ChoiceField(choices=OTHER_BODIES, label=gettext_lazy("Where"))
    body = CleanCharField(
        max_length=120,
        label=gettext_lazy("What it is called"),
        help_text=gettext_lazy("Such as Justiskomiteen or Statsforvalteren i Vestland."),
    )
    known_committee = committee = None

    field_order = ["kind", "body", "role", "first_name", "last_name", "person", "party"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = OTHER_CHOICES
        let_mailbox_be_nobodys(self)

    def clean(self):
        data = super().clean()
        if data.get("role") and data.get("kind") and (refusal := why_not_in(data["role"], data["kind"])):
            self.add_error("role", refusal)
        return data


class OfficeChangeForm(OfficeFields):
    """Correct an office. Another person in it is another office."""

    def __init__(self, *args, mandate: Mandate, **kwargs):
        source = mandate.email_source or mandate.source
        initial = {name: getattr(mandate, name) for name in ("title", "party", "period", "starts_on", "email")}
        super().__init__(*args, initial=initial | {"source": source}, **kwargs)
        self.mandate = mandate

    def clean_starts_on(self):
        day = super().clean_starts_on()
        if day and self.mandate.ends_on and day > self.mandate.ends_on:
            raise forms.ValidationError(_("The office has ended before this day."))
        return day

    @property
    def values(self) -> dict:
        """The fields of the office as they shall be."""
        data = self.cleaned_data
        values = {name: data[name] for name in ("title", "party", "period", "starts_on", "email")}
        if data["email"]:
            return values | {"email_source": data["source"], "email_checked_on": data["checked_on"]}
        return values | {"email_source": "", "email_checked_on": None, "source": data["source"]}


class EndForm(forms.Form):
    """From which day somebody is without an office, or back in it."""

    on = DayField(label=gettext_lazy("From which day?"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate


class LeaveForm(forms.Form):
    """From when to when somebody is away, and who meets instead."""

    starts_on = DayField(label=gettext_lazy("Away from"))
    ends_on = DayField(
        required=False, label=gettext_lazy("Back on"), help_text=gettext_lazy("Leave it empty if unknown.")
    )
    substitute = forms.ModelChoiceField(
        Mandate.objects.none(),
        required=False,
        label=gettext_lazy("Who meets instead?"),
        empty_label=gettext_lazy("Nobody we know of"),
    )

    def __init__(self, *args, mandate: Mandate, **kwargs):
        super().__init__(*args, **kwargs)
        body = mandate.body
        near = Mandate.objects.in_office().exclude(pk=mandate.pk).exclude(politician=mandate.politician)
        if body.municipality_id or body.county_id:
            near = near.filter(body__municipality=body.municipality_id, body__county=body.county_id)
            near = near.filter(role__in=[Role.SUBSTITUTE, Role.COUNCILLOR, Role.DEPUTY_MAYOR])
        else:
            near = near.filter(body=body)
        near = near.exclude(politician=None).select_related("politician", "body")
        self.fields["substitute"].queryset = near.order_by("-role", "politician__last_name")
        self.fields["substitute"].label_from_instance = lambda one: (
            f"{one.politician}, {one.office} {one.party}".strip()
        )

    def clean(self):
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] <= data["starts_on"]:
            self.add_error("ends_on", _("This day has to be after the first day away."))
        return data
