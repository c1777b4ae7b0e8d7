"""What staff put down about what is to be followed up."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from municipalities.models import County
from outreach.models import FollowUp, Mailing
from taushet.fields import CleanCharField
from taushet.forms.narrowing import NarrowingForm
from taushet.searches import holds

Outcome = FollowUp.Outcome


class FollowUpFilterForm(NarrowingForm):
    """Narrows the list of what is to be followed up."""

    SETTLED = "settled"

    state = forms.ChoiceField(
        required=False, label=_("Status"), choices=[("", _("To be followed up")), (SETTLED, _("Done"))]
    )
    rule = forms.ChoiceField(required=False, label=_("Why"), choices=[("", _("All")), *FollowUp.Rule.choices])
    mailing = forms.ModelChoiceField(
        Mailing.objects.filter(letters__follow_ups__isnull=False).distinct().order_by("-pk"),
        required=False,
        label=_("Mailing"),
        empty_label=_("All"),
    )
    county = forms.ModelChoiceField(
        County.objects.current(), required=False, label=_("County"), empty_label=_("The whole country")
    )
    q = CleanCharField(max_length=60, required=False, label=_("Municipality or person"))

    def narrow(self, follow_ups):
        asked = self.asked
        if "rule" in asked:
            follow_ups = follow_ups.filter(rule=asked["rule"])
        if "mailing" in asked:
            follow_ups = follow_ups.filter(letter__mailing=asked["mailing"])
        if "county" in asked:
            follow_ups = follow_ups.filter(
                Q(letter__municipality__county=asked["county"])
                | Q(letter__mandate__body__county=asked["county"])
                | Q(commitment__municipality__county=asked["county"])
            )
        if "q" in asked:
            places = ("letter__municipality__name", "letter__mandate__body__name", "commitment__municipality__name")
            follow_ups = follow_ups.filter(holds(asked["q"], *places, "letter__to_name", "commitment__speaker"))
        return follow_ups


class ChosenForm(forms.Form):
    """Several that wait, chosen in the list."""

    chosen = forms.ModelMultipleChoiceField(FollowUp.objects.none(), widget=forms.MultipleHiddenInput)

    def __init__(self, *args, follow_ups, **kwargs):
        super().__init__(*args, auto_id=False, **kwargs)
        self.fields["chosen"].queryset = follow_ups


class TalkForm(forms.Form):
    """How somebody got hold of them, and what was said."""

    outcome = forms.ChoiceField(
        label=_("How"), choices=[(one.value, one.label) for one in FollowUp.TOLD], widget=forms.RadioSelect
    )
    note = CleanCharField(
        max_length=1000,
        label=_("What was said"),
        help_text=_("Who said it, and what was agreed. It is shown to staff, and to the person who asks for access."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DropForm(forms.Form):
    """That there is nothing to do."""

    outcome = forms.ChoiceField(choices=[(Outcome.DROPPED.value, Outcome.DROPPED.label)])


def settling(data):
    """Return the form that what was sent belongs to."""
    return DropForm(data) if data.get("outcome") == Outcome.DROPPED else TalkForm(data)
