"""What staff decide about a mailing, and what they say when they approve or return one."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import County, Municipality
from outreach.models import DemandVersion, Letter, Mailing
from outreach.services.mailings import Plan
from taushet.fields import CleanCharField, LongestText
from taushet.forms.request_keys import RequestKeyForm
from taushet.searches import holds

from .places import MunicipalitiesField

LATEST_YEARS = 2


class DemandField(forms.ModelChoiceField):
    def label_from_instance(self, version):
        return f"{version.demand.number}. {version.title}"


class MailingForm(forms.Form):
    """A demand, where it goes, to whom there, and when."""

    title = CleanCharField(
        max_length=120, label=_("Working title"), help_text=_("For staff only, such as: Autumn, first round.")
    )
    demand_version = DemandField(
        DemandVersion.objects.none(),
        label=_("Demand"),
        empty_label=None,
        error_messages={"required": _("Choose a demand.")},
    )
    recipient = forms.ChoiceField(
        choices=Mailing.Recipient.choices,
        initial=Mailing.Recipient.MAILBOX,
        widget=forms.RadioSelect,
        label=_("Who gets it"),
        help_text=_("What comes to the central mail-box is entered in the municipality's public records."),
        error_messages={"required": _("Choose who gets it.")},
    )
    senders = forms.ChoiceField(
        choices=Mailing.Senders.choices,
        initial=Mailing.Senders.KSS,
        widget=forms.RadioSelect,
        label=_("Who sends it"),
        help_text=_("When both send, somebody from each house has to approve."),
        error_messages={"required": _("Choose who sends it.")},
    )
    send_at = forms.DateTimeField(
        required=False,
        label=_("Not before"),
        help_text=_("Leave it empty to send as soon as it is approved. Letters leave in business hours only."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H.%M", "%d.%m.%Y %H:%M"],
        error_messages={"invalid": _("This is not a date and time. Write it as 12.03.2027 09.00.")},
    )
    counties = forms.ModelMultipleChoiceField(
        County.objects.current(),
        required=False,
        label=_("Whole counties"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("There is no county with the number %(value)s."),
            "invalid_pk_value": _("There is no county with the number %(pk)s."),
        },
    )
    municipalities = MunicipalitiesField(required=False, label=_("Single municipalities"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["demand_version"].queryset = self.versions()
        for name in ("counties", "municipalities"):
            self.fields[name].is_said_plainly = True  # one of the two is needed

    def versions(self):
        """The wordings to choose from: the current ones, and the one that stands already."""
        chosen = self.initial.get("demand_version")
        sendable = DemandVersion.objects.sendable().values("pk")
        return (
            DemandVersion.objects.filter(Q(pk__in=sendable) | Q(pk=chosen))
            .select_related("demand")
            .order_by("demand__number")
        )

    def clean_send_at(self):
        moment = self.cleaned_data["send_at"]
        if moment and moment != self.initial.get("send_at"):
            now = timezone.now()
            if moment < now:
                raise forms.ValidationError(_("This time has passed. Leave it empty to send as soon as possible."))
            if moment.year > now.year + LATEST_YEARS:
                raise forms.ValidationError(_("This is too far ahead. Choose a time within two years."))
        return moment

    def clean(self):
        data = super().clean()
        if "counties" in data and "municipalities" in data:
            in_counties = Municipality.objects.current().filter(county__in=data["counties"])
            chosen = {place.pk: place for place in (*data["municipalities"], *in_counties)}
            if not chosen:
                self.add_error("municipalities", _("Choose at least one municipality, or a whole county."))
            data["chosen"] = tuple(chosen[number] for number in sorted(chosen))
        return data

    @property
    def plan(self):
        data = self.cleaned_data
        return Plan(
            title=data["title"],
            demand_version=data["demand_version"],
            municipalities=data["chosen"],
            recipient=data["recipient"],
            senders=data["senders"],
            send_at=data["send_at"],
        )


class NewMailingForm(RequestKeyForm, MailingForm):
    """A mailing that sending the form twice starts once."""

    def __init__(self, data=None, **kwargs):
        super().__init__(data, about="mailing", **kwargs)


class ChangeMailingForm(MailingForm):
    """A mailing as it was when the form was opened, so that two people do not change it over each other's heads."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ApprovalForm(forms.Form):
    """What an approver confirms, with the fingerprint of what was on the screen."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    is_public_confirmed = forms.BooleanField(
        label=_(
            "I have read the letters. They can become public, and no person exposed to violence can be recognised."
        ),
        error_messages={"required": _("Confirm that the letters can become public.")},
    )


class SubmitForm(forms.Form):
    """The fingerprint of what was on the screen."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


class ReturnForm(forms.Form):
    """What has to be changed before the mailing can be approved."""

    note = forms.CharField(
        label=_("What should be changed?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[LongestText(500)],
        error_messages={"required": _("Say what should be changed.")},
    )


class LetterFilterForm(forms.Form):
    """Narrows the letters of a mailing; what is wrong narrows nothing."""

    TROUBLE = "trouble"

    status = forms.ChoiceField(
        required=False,
        label=_("Status"),
        choices=[("", _("All that stand")), *Letter.Status.choices, (TROUBLE, _("In trouble"))],
    )
    county = forms.ModelChoiceField(
        County.objects.current(), required=False, label=_("County"), empty_label=_("The whole country")
    )
    q = CleanCharField(max_length=60, required=False, label=_("Municipality"))

    def narrow(self, letters):
        self.full_clean()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        if asked.get("status") == self.TROUBLE:
            letters = letters.in_trouble()
        elif "status" in asked:
            letters = letters.filter(status=asked["status"])
        if "county" in asked:
            letters = letters.filter(municipality__county=asked["county"])
        if "q" in asked:
            letters = letters.filter(holds(asked["q"], "municipality__name"))
        return letters
