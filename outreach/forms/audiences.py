"""Who a mailing goes to: in municipalities or nationally, in which offices, narrowed by what is known."""

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from municipalities.exceptions import BadValue
from municipalities.models import County, Indicator
from outreach.models import Body, DemandVersion, Letter, Mailing, Mandate
from outreach.services.mailings.audience_facts import EQUALS, HAS, LACKS, STALE, UNKNOWN, as_stored
from outreach.services.mailings.audiences import COUNTY, LOCAL, NATIONAL, Audience
from taushet.fields import CleanCharField
from taushet.templatetags.ui import short_day

from .parties import party_choices
from .places import MunicipalitiesField

Role = Mandate.Role
ANY = "any"  # those that have not answered us at all
OF_MAILING = "m"  # before the number of a mailing that they got and have not answered
NATIONAL_ROLES = ("minister", "representative", "member", "committee_leader", "state_administrator", "president")
# A committee has a leader in a council as well as in the Storting.
BOTH_ROLES = ("committee_leader", "member", "mailbox", "group_leader")


def role_choices(level):
    """The offices there are at a level, in the order of the model."""
    national = lambda role: role in NATIONAL_ROLES or role in BOTH_ROLES  # noqa: E731
    local = lambda role: role not in NATIONAL_ROLES or role in BOTH_ROLES  # noqa: E731
    fits = local if level == LOCAL else national
    found = [(value, label) for value, label in Role.choices if fits(value)]
    return sorted(found, key=lambda choice: (choice[0] != "mailbox", choice[0] != "mayor")) if level == LOCAL else found


COUNTY_LABELS = {
    Role.MAYOR: _("Chair of the county council"),
    Role.DEPUTY_MAYOR: _("Deputy chair of the county council"),
    Role.COUNCILLOR: _("County councillor"),
    Role.SUBSTITUTE: _("Substitute county councillor"),
    Role.BOARD_MEMBER: _("Member of the county executive board"),
    Role.DIRECTOR: _("County director"),
}


def county_role_choices():
    """The offices there are in a county authority, as they are called there."""
    return [(value, COUNTY_LABELS.get(value, label)) for value, label in role_choices(LOCAL)]


class CountiesField(forms.ModelMultipleChoiceField):
    """Some counties, ticked."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        "invalid_choice": _("There is no county with the number %(value)s."),
        "invalid_pk_value": _("There is no county with the number %(pk)s."),
    }

    def __init__(self, **kwargs):
        super().__init__(County.objects.current(), required=False, **kwargs)


def silence_choices():
    """Everybody, or those that have not answered: us at all, about a demand, or a mailing they got."""
    versions = DemandVersion.objects.current().select_related("demand").order_by("demand__number")
    sent = Mailing.objects.filter(Exists(Letter.objects.received().order_by().filter(mailing=OuterRef("pk"))))
    about_demands = [
        (str(one.demand.number), gettext("Have not answered %(name)s") % {"name": f"{one.demand.number}. {one.title}"})
        for one in versions
    ]
    about_mailings = [
        (
            f"{OF_MAILING}{one.pk}",
            gettext("Have got “%(name)s” of %(day)s, and have not answered")
            % {"name": one.title, "day": short_day(timezone.localdate(one.submitted_at or one.created_at))},
        )
        for one in sent.exclude(occasion=Mailing.Occasion.PROMISE).order_by("-created_at", "-pk")
    ]
    return [
        ("", _("All")),
        (ANY, _("Have not answered us at all")),
        (_("By demand"), about_demands),
        (_("By mailing"), about_mailings),
    ]


def silence_asked(value):
    """Return what the choice is in an audience."""
    return {
        "unanswered": value == ANY,
        "unanswered_demand": int(value) if value.isdigit() else 0,
        "unanswered_mailing": int(value.removeprefix(OF_MAILING)) if value.startswith(OF_MAILING) else 0,
    }


def silence_initial(audience):
    """Return the choice that an audience is."""
    if audience.unanswered_mailing:
        return f"{OF_MAILING}{audience.unanswered_mailing}"
    return ANY if audience.unanswered else str(audience.unanswered_demand or "")


class AudienceForm(forms.Form):
    """The part of a mailing's form that says who gets it."""

    level = forms.ChoiceField(
        choices=[
            (LOCAL, _("Municipalities")),
            (COUNTY, _("County authorities")),
            (NATIONAL, _("National politicians and bodies")),
        ],
        initial=LOCAL,
        widget=forms.RadioSelect,
        label=_("Who it goes to"),
        error_messages={"required": _("Choose who it goes to.")},
    )
    roles = forms.MultipleChoiceField(
        choices=lambda: role_choices(LOCAL),
        required=False,
        initial=[Role.MAILBOX],
        widget=forms.CheckboxSelectMultiple,
        label=_("Offices in the municipality"),
        help_text=_("What comes to the central mail-box is entered in the municipality's public records."),
    )
    national_roles = forms.MultipleChoiceField(
        choices=lambda: role_choices(NATIONAL),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("National offices"),
    )
    bodies = forms.ModelMultipleChoiceField(
        Body.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Only in these bodies"),
        error_messages={
            "invalid_choice": _("This body is not known."),
            "invalid_pk_value": _("This body is not known."),
        },
    )
    county_roles = forms.MultipleChoiceField(
        choices=county_role_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Offices in the county authority"),
    )
    county_authorities = CountiesField(label=_("Only these counties"))
    committee = CleanCharField(
        max_length=80,
        required=False,
        label=_("Only in committees whose name holds"),
        help_text=_("Such as oppvekst or justis. Choose leaders or members of committees above."),
    )
    everywhere = forms.BooleanField(required=False, label=_("Every municipality in the country"))
    counties = CountiesField(label=_("Whole counties"))
    municipalities = MunicipalitiesField(required=False, label=_("Single municipalities"))
    indicator = forms.ModelChoiceField(
        Indicator.objects.all(),
        to_field_name="key",
        required=False,
        label=_("A fact about the municipality"),
        empty_label=_("Whatever is known"),
        error_messages={"invalid_choice": _("This fact is not known.")},
    )
    indicator_is = forms.ChoiceField(
        choices=[
            (HAS, _("they have it: yes, or more than none")),
            (LACKS, _("they lack it: no, none, or not known")),
            (UNKNOWN, _("nobody knows")),
            (STALE, _("what is known is out of date")),
            (EQUALS, _("has this value")),
        ],
        required=False,
        label=_("The fact"),
        help_text=_(
            "A text or a date counts as having it when it is known. An old value counts until there is a new one."
        ),
    )
    indicator_value = CleanCharField(
        max_length=100, required=False, label=_("Value"), help_text=_("Such as yes or no, or a number.")
    )
    had_course = forms.ChoiceField(
        choices=[("", _("All")), ("yes", _("Has had a course")), ("no", _("Has not had a course"))],
        required=False,
        label=_("Courses"),
    )
    unanswered = forms.ChoiceField(
        choices=silence_choices,
        required=False,
        label=_("Answers"),
        help_text=_(
            "Whoever has never been asked has not answered either. By mailing, it goes to those that got that one."
        ),
    )
    parties = forms.MultipleChoiceField(
        choices=party_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("Only these parties"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["bodies"].queryset = Body.objects.filter(municipality=None).order_by("kind", "name")
        for name in ("roles", "county_roles", "national_roles", "counties", "municipalities", "everywhere"):
            self.fields[name].is_said_plainly = True  # one of them is needed

    def clean(self):
        data = super().clean()
        is_local = data.get("level") == LOCAL
        roles = {LOCAL: "roles", COUNTY: "county_roles"}.get(data.get("level"), "national_roles")
        if data.get("level") and roles in data and not data[roles]:
            self.add_error(roles, _("Choose at least one office."))
        places = [name for name in ("everywhere", "counties", "municipalities") if name not in self.errors]
        if is_local and len(places) == 3 and not any(data.get(name) for name in places):
            self.add_error("municipalities", _("Choose at least one municipality, or a whole county."))
        if data.get("indicator") and data.get("indicator_is") == EQUALS and not data.get("indicator_value"):
            self.add_error("indicator_value", _("Say which value."))
        elif data.get("indicator") and data.get("indicator_is") == EQUALS:
            try:
                data["indicator_value"] = as_stored(data["indicator"], data["indicator_value"])
            except BadValue as error:
                self.add_error("indicator_value", str(error))
        return data

    @property
    def audience(self):
        """The filter that was asked for; what belongs to the other level is left out."""
        data = self.cleaned_data
        silence = silence_asked(data["unanswered"])
        if data["level"] == NATIONAL:
            return Audience(
                level=NATIONAL,
                roles=tuple(data["national_roles"]),
                bodies=tuple(sorted(body.pk for body in data["bodies"])),
                parties=tuple(data["parties"]),
                committee=data["committee"],
                **silence,
            )
        if data["level"] == COUNTY:
            return Audience(
                level=COUNTY,
                roles=tuple(data["county_roles"]),
                counties=tuple(sorted(county.pk for county in data["county_authorities"])),
                parties=tuple(data["parties"]),
                committee=data["committee"],
                **silence,
            )
        indicator = data["indicator"].key if data["indicator"] else ""
        how = (data["indicator_is"] or HAS) if indicator else ""
        return Audience(
            level=LOCAL,
            roles=tuple(data["roles"]),
            everywhere=data["everywhere"],
            counties=() if data["everywhere"] else tuple(sorted(county.pk for county in data["counties"])),
            municipalities=() if data["everywhere"] else tuple(sorted(place.pk for place in data["municipalities"])),
            parties=tuple(data["parties"]),
            committee=data["committee"],
            indicator=indicator,
            indicator_is=how,
            indicator_value=data["indicator_value"] if how == EQUALS else "",
            had_course=data["had_course"],
            **silence,
        )


def audience_initial(audience):
    """Return what the form shows for a filter."""
    return {
        "level": audience.level,
        "roles": list(audience.roles) if audience.level == LOCAL else [],
        "county_roles": list(audience.roles) if audience.level == COUNTY else [],
        "county_authorities": list(audience.counties) if audience.level == COUNTY else [],
        "national_roles": list(audience.roles) if audience.level == NATIONAL else [],
        "committee": audience.committee,
        "bodies": list(audience.bodies),
        "everywhere": audience.everywhere,
        "counties": list(audience.counties) if audience.level == LOCAL else [],
        "municipalities": list(audience.municipalities),
        "indicator": audience.indicator,
        "indicator_is": audience.indicator_is,
        "indicator_value": audience.indicator_value,
        "had_course": audience.had_course,
        "unanswered": silence_initial(audience),
        "parties": list(audience.parties),
    }
