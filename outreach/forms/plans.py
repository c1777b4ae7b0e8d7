"""What staff decide about a mailing: demands, audience, language, texts of its own and when it leaves."""

from dataclasses import replace

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outreach.models import DemandVersion, Mailing
from outreach.services.mailings.audiences import COUNTY, LOCAL, NATIONAL
from outreach.services.mailings.letter_texts import OWN_TEXTS, own_text_faults
from outreach.services.mailings.mailings import Plan
from taushet.fields import CleanCharField, LongestText
from taushet.forms.request_keys import RequestKeyForm

from .audiences import AudienceForm, audience_initial

LATEST_YEARS = 2
MOST_DEMANDS = 5
LONGEST_OWN_TEXT = 5000


OTHER_LEVEL = {
    LOCAL: _("This demand is put to the Storting and the government. Choose one that is put to municipalities."),
    NATIONAL: _("This demand is put to municipalities. Choose one that is put to the Storting and the government."),
}


class DemandField(forms.ModelChoiceField):
    def label_from_instance(self, version):
        return f"{version.demand.number}. {version.title}"


def own_text(label, help_text=""):
    return forms.CharField(
        required=False,
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 5}),
        validators=[LongestText(LONGEST_OWN_TEXT)],
    )


class MailingForm(AudienceForm):
    """Demands, who gets them, in which form of Norwegian, and when."""

    title = CleanCharField(
        max_length=120, label=_("Working title"), help_text=_("For staff only, such as: Autumn, first round.")
    )
    demand = DemandField(
        DemandVersion.objects.none(),
        label=_("Demand"),
        empty_label=None,
        error_messages={"required": _("Choose a demand."), "invalid_choice": _("This demand cannot be sent.")},
    )
    senders = forms.ChoiceField(
        choices=Mailing.Senders.choices,
        initial=Mailing.Senders.KSS,
        widget=forms.RadioSelect,
        label=_("Who sends it"),
        help_text=_("When both send, somebody from each house has to approve."),
        error_messages={"required": _("Choose who sends it.")},
    )
    language_rule = forms.ChoiceField(
        choices=Mailing.LanguageRule.choices,
        initial=Mailing.LanguageRule.MUNICIPALITY,
        required=False,
        widget=forms.RadioSelect,
        label=_("Bokmål or nynorsk"),
        help_text=_("The Ombud has to follow the municipality’s form; Krisesentersekretariatet ought to."),
    )
    language = forms.ChoiceField(
        choices=Mailing.Language.choices,
        initial=Mailing.Language.BOKMAL,
        required=False,
        label=_("Which form"),
        help_text=_(
            "With one form for all: that of every letter. Else: where a municipality has chosen none, and nationally."
        ),
    )
    send_at = forms.DateTimeField(
        required=False,
        label=_("Not before"),
        help_text=_("Leave it empty to send as soon as it is approved. Letters leave in business hours only."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d.%m.%Y %H.%M", "%d.%m.%Y %H:%M"],
        error_messages={"invalid": _("This is not a date and time. Write it as 12.03.2027 09.00.")},
    )
    subject_nb = CleanCharField(max_length=200, required=False, label=_("Own subject in bokmål"))
    subject_nn = CleanCharField(max_length=200, required=False, label=_("Own subject in nynorsk"))
    opening_nb = own_text(_("Opening in bokmål"), _("Stands between the salutation and the first demand."))
    opening_nn = own_text(_("Opening in nynorsk"))
    closing_nb = own_text(_("Closing in bokmål"), _("Stands after the last demand. The signature is added."))
    closing_nn = own_text(_("Closing in nynorsk"))
    keeps_edits = forms.BooleanField(
        required=False, initial=True, label=_("Keep what has been edited by hand in single letters")
    )

    def __init__(self, *args, standing=None, **kwargs):
        self.standing = standing
        if standing is not None:
            kwargs["initial"] = plan_initial(standing) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        versions = self.versions()
        self.fields["demand"].queryset = versions
        for name in ("language_rule", "language", *OWN_TEXTS):
            self.fields[name].is_said_plainly = True  # there is always a choice, or a text without it
        for number in range(2, MOST_DEMANDS + 1):
            self.fields[f"demand_{number}"] = DemandField(
                versions,
                required=False,
                label=_("Demand number %(number)d") % {"number": number},
                empty_label=_("None"),
                error_messages={"invalid_choice": _("This demand cannot be sent.")},
            )
        own = [
            name for name in MailingForm.declared_fields if name not in {*AudienceForm.declared_fields, "keeps_edits"}
        ]
        self.order_fields(["title", *self.demand_names, *own])  # as the page has them, so that a summary does too

    def versions(self):
        """The wordings to choose from: the current ones, and those that stand already."""
        chosen = [version.pk for version in self.standing.demands] if self.standing else []
        sendable = DemandVersion.objects.sendable().values("pk")
        return (
            DemandVersion.objects.filter(Q(pk__in=sendable) | Q(pk__in=chosen))
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
        demands = [data[name] for name in self.demand_names if data.get(name)]
        data["demands"] = tuple(dict.fromkeys(demands))
        for name in self.demand_names:
            # A county authority may be asked for either: nothing is written for counties alone.
            levels = (LOCAL, NATIONAL) if data.get("level") == COUNTY else (data.get("level"), "")
            if data.get(name) and data.get("level") and data[name].demand.level not in levels:
                self.add_error(name, OTHER_LEVEL[data["level"]])
        if len(data["demands"]) < len(demands):
            self.add_error(None, _("The same demand is chosen twice."))
        both = data.get("senders") == Mailing.Senders.BOTH
        if both and data.get("language_rule") == Mailing.LanguageRule.ONE:
            self.add_error(
                "language_rule", _("The Ombud sends it too, so each municipality gets its own form (språklova § 11).")
            )
        texts = {name: data.get(name, "") for name in OWN_TEXTS}
        for name, fault in own_text_faults(texts, data.get("level"), follows=self.follows).items():
            if name in data:
                self.add_error(name, fault)
        for name in ("opening_nb", "opening_nn") if self.follows else ():
            if name in data and not data[name].strip():
                self.add_error(name, _("Say which letter it follows and why you write again."))
        return data

    @property
    def follows(self):
        """Whether it is a reminder or a correction, which begin with words of their own."""
        return self.standing is not None and self.standing.occasion != Mailing.Occasion.FIRST

    @property
    def demand_names(self):
        return ["demand", *(f"demand_{number}" for number in range(2, MOST_DEMANDS + 1))]

    @property
    def more_demands(self):
        return [self[name] for name in self.demand_names[1:]]

    @property
    def has_more_demands(self):
        return any(field.value() for field in self.more_demands) or any(field.errors for field in self.more_demands)

    @property
    def own_texts(self):
        return [self[name] for name in OWN_TEXTS]

    @property
    def has_own_texts(self):
        return any(field.value() or field.errors for field in self.own_texts)

    @property
    def plan(self):
        data = self.cleaned_data
        made = Plan(
            title=data["title"],
            demands=data["demands"],
            audience=self.audience,
            senders=data["senders"],
            send_at=data["send_at"],
            language_rule=data["language_rule"] or Mailing.LanguageRule.MUNICIPALITY,
            language=data["language"] or Mailing.Language.BOKMAL,
            texts={name: data[name].replace("\r\n", "\n") for name in OWN_TEXTS},
        )
        if self.standing is None:
            return made
        kept = self.standing
        return replace(made, occasion=kept.occasion, added=kept.added, dropped=kept.dropped)


class NewMailingForm(RequestKeyForm, MailingForm):
    """A mailing that sending the form twice starts once."""

    def __init__(self, data=None, **kwargs):
        super().__init__(data, about="mailing", **kwargs)


class ChangeMailingForm(MailingForm):
    """A mailing as it was when the form was opened, so that two people do not change it over each other's heads."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


def plan_initial(plan):
    """Return what the form shows for a plan."""
    names = ["demand", *(f"demand_{number}" for number in range(2, MOST_DEMANDS + 1))]
    return {
        "title": plan.title,
        "senders": plan.senders,
        "send_at": plan.send_at,
        "language_rule": plan.language_rule,
        "language": plan.language,
        **{name: version.pk for name, version in zip(names, plan.demands, strict=False)},
        **plan.texts,
        **audience_initial(plan.audience),
    }
