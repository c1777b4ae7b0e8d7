"""Narrows the list of those who hold office."""

from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import County, Municipality
from outreach.models import Body, Mandate
from outreach.services.mailings.audiences import of_committee
from outreach.services.offices.parties import spellings_of
from taushet.fields import CleanCharField
from taushet.forms.narrowing import NarrowingForm
from taushet.searches import holds

from .parties import PartyChoiceField

MONTH = timedelta(days=30.44)
LOCAL, REGIONAL, NATIONAL = "local", "county", "national"
LEVELS = [("", _("All")), (LOCAL, _("Municipalities")), (REGIONAL, _("Counties")), (NATIONAL, _("National"))]
ADDRESSES = [("", _("All")), ("yes", _("With an address")), ("no", _("Without an address"))]
OLD = [("", _("Any age")), ("6", _("6 months")), ("12", _("12 months")), ("24", _("24 months"))]
KINDS = [("", _("All")), *Body.Kind.choices]
ROLES = [("", _("All")), *Mandate.Role.choices]


class PoliticianFilterForm(NarrowingForm):
    """By level, county, party, office, and whether the address is there and how old it is."""

    q = CleanCharField(max_length=80, required=False, label=_("Name or place"))
    level = forms.ChoiceField(choices=LEVELS, required=False, label=_("Level"))
    county = forms.ModelChoiceField(
        County.objects.none(), required=False, label=_("County"), empty_label=_("The whole country")
    )
    party = PartyChoiceField(required=False, label=_("Party"), empty_label=_("All"))
    role = forms.ChoiceField(choices=ROLES, required=False, label=_("Office"))
    kind = forms.ChoiceField(choices=KINDS, required=False, label=_("Body"))
    committee = CleanCharField(max_length=80, required=False, label=_("Committee, or part of its name"))
    address = forms.ChoiceField(choices=ADDRESSES, required=False, label=_("Address"))
    municipality = forms.ModelChoiceField(Municipality.objects.none(), required=False, widget=forms.HiddenInput)
    older = forms.ChoiceField(choices=OLD, required=False, label=_("Address checked more than … ago"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["county"].queryset = County.objects.current()
        self.fields["municipality"].queryset = Municipality.objects.all()

    def narrow(self, mandates):
        asked = self.asked
        for word in asked.get("q", "").split():
            mandates = mandates.filter(
                holds(word, "politician__first_name", "politician__last_name", "body__municipality__name", "body__name")
            )
        if "level" in asked:
            mandates = mandates.filter(of_level(asked["level"]))
        if "county" in asked:
            county = asked["county"]
            mandates = mandates.filter(Q(body__municipality__county=county) | Q(body__county=county))
        if "municipality" in asked:
            mandates = mandates.filter(body__municipality=asked["municipality"])
        if "party" in asked:
            mandates = mandates.filter(party__in=spellings_of([asked["party"]]))
        if "role" in asked:
            mandates = mandates.filter(role=asked["role"])
        if "kind" in asked:
            mandates = mandates.filter(body__kind=asked["kind"])
        if "committee" in asked:
            mandates = mandates.filter(of_committee(asked["committee"]))
        if "address" in asked:
            mandates = mandates.exclude(email="") if asked["address"] == "yes" else mandates.filter(email="")
        if "older" in asked:
            mandates = mandates.filter(email_checked_on__lt=timezone.localdate() - int(asked["older"]) * MONTH)
        return mandates


def of_level(level) -> Q:
    """Return what picks the offices of a level."""
    if level == LOCAL:
        return Q(body__municipality__isnull=False)
    regional = Q(body__county__isnull=False) | Q(body__kind=Body.Kind.STATE_ADMINISTRATION)
    return regional if level == REGIONAL else Q(body__municipality=None) & ~regional
