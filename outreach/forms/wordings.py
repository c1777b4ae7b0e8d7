"""The next wording of a demand, checked before it is saved; a new demand, and how one ends."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Indicator
from outreach.models import ConfirmedBlock, Demand, LegalHook
from outreach.services.demands.wordings import fact_name, wording_faults
from outreach.services.replies.publishing import seen_of
from taushet.fields import CleanCharField, DayField, LongestText
from taushet.texts import LONGEST

from .approvals import SeenForm


def long_field(label, rows):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=False, widget=widget, validators=[LongestText(LONGEST)])


def short_field(label, longest):
    return CleanCharField(max_length=longest, required=False, label=label)


class WordingForm(forms.Form):
    """A draft: the texts in both forms of Norwegian, what they lean on and the facts the letter needs.

    A form may wait to be written; it is published when both are there and somebody has confirmed them.
    """

    title_nb = short_field(_("Title in bokmål"), 150)
    title_nn = short_field(_("Title in nynorsk"), 150)
    title_en = short_field(_("Title in English"), 150)
    title_se = short_field(_("Title in Northern Sámi"), 150)
    summary_nb = short_field(_("In one sentence, in bokmål"), 300)
    summary_nn = short_field(_("In one sentence, in nynorsk"), 300)
    summary_en = short_field(_("In one sentence, in English"), 300)
    summary_se = short_field(_("In one sentence, in Northern Sámi"), 300)
    text_nb = long_field(_("Text in bokmål"), 12)
    text_nn = long_field(_("Text in nynorsk"), 12)
    text_en = long_field(_("Text in English"), 12)
    text_se = long_field(_("Text in Northern Sámi"), 12)
    hooks = forms.ModelMultipleChoiceField(
        LegalHook.objects.all(),
        required=False,
        label=_("Legal hooks and sources"),
        widget=forms.CheckboxSelectMultiple,
    )
    indicators = forms.ModelMultipleChoiceField(
        Indicator.objects.all(), required=False, label=_("Facts it needs"), widget=forms.CheckboxSelectMultiple
    )
    subject_nb = short_field(_("Subject of the letter in bokmål"), 200)
    subject_nn = short_field(_("Subject of the letter in nynorsk"), 200)
    letter_nb = long_field(_("Letter in bokmål"), 30)
    letter_nn = long_field(_("Letter in nynorsk"), 30)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    LINKS = ("hooks", "indicators")

    def __init__(self, *args, version, **kwargs):
        names = [name for name in self.base_fields if name not in (*self.LINKS, "seen")]
        kwargs["initial"] = {"seen": seen_of(version)}
        if version is not None:
            kwargs["initial"] |= {
                **{name: getattr(version, name) for name in names},
                "hooks": list(version.hooks.values_list("pk", flat=True)),
                "indicators": list(version.indicators.values_list("pk", flat=True)),
            }
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[name].is_said_plainly = name.endswith(("_nb", "_nn"))

    def clean(self):
        data = super().clean()
        if not (data.get("title_nb") or data.get("title_nn")) and not {"title_nb", "title_nn"} & self.errors.keys():
            self.add_error("title_nb", _("Give it a title in one of the forms."))
        for name, fault in wording_faults(data, data.get("indicators", ()), data.get("hooks", ())).items():
            if name in data:
                self.add_error(name, f"{self.fields[name].label}: {fault}")
        return data

    @property
    def parts(self):
        """The fields in the order of the page: texts that have to say the same together, each of the others alone."""
        parts, last = [], ""
        for field in self.visible_fields():
            text = field.name[:-3] if field.name.endswith(("_nb", "_nn", "_en", "_se")) else ""
            if text and text == last:
                parts[-1].append(field)
            else:
                parts.append([field])
            last = text
        return parts

    @property
    def wording(self):
        """What `save_draft` takes."""
        data = dict(self.cleaned_data)
        seen = data.pop("seen")
        texts = {name: value.replace("\r\n", "\n") for name, value in data.items() if name not in self.LINKS}
        return {"texts": texts, "hooks": data["hooks"], "indicators": data["indicators"], "seen": seen}

    @property
    def known_notes(self):
        """The sources and facts that exist, and how a letter names them."""
        hooks = [(hook.citation, f'{{{{ note("{hook.key}") }}}}') for hook in LegalHook.objects.all()]
        facts = [
            (indicator.name, f'{{{{ fact.{fact_name(indicator.key)} }}}} {{{{ note("{indicator.key}") }}}}')
            for indicator in Indicator.objects.all()
        ]
        return hooks + facts


class DemandForm(forms.ModelForm):
    """A new demand: where it is decided, and its address."""

    class Meta:
        model = Demand
        fields = ["number", "level", "slug"]
        labels = {"number": _("Number"), "level": _("Who decides"), "slug": _("Address, such as plan-og-opplaering")}

    def clean_slug(self):
        if self.cleaned_data["slug"] == "nytt":  # the address of this form
            raise forms.ValidationError(_("Choose another address."))
        return self.cleaned_data["slug"]


class StatusForm(forms.Form):
    """How a demand stands, with a reason anybody can read."""

    status = forms.ChoiceField(label=_("Status"), choices=Demand.Status, widget=forms.RadioSelect)
    on = DayField(label=_("Since"), required=False, help_text=_("Today when it is empty."))
    reason_nb = CleanCharField(max_length=400, required=False, label=_("Why, in bokmål"))
    reason_nn = CleanCharField(max_length=400, required=False, label=_("Why, in nynorsk"))
    evidence = CleanCharField(max_length=300, required=False, label=_("What shows that it is met"))
    evidence_url = forms.URLField(
        max_length=300, required=False, assume_scheme="https", label=_("Where that can be read")
    )

    @classmethod
    def of(cls, demand, data=None):
        """Return the form with what stands now."""
        return cls(
            data,
            initial={
                "status": demand.status,
                "on": demand.status_on,
                "reason_nb": demand.status_reason_nb,
                "reason_nn": demand.status_reason_nn,
                "evidence": demand.evidence,
                "evidence_url": demand.evidence_url,
            },
        )


class ConfirmForm(SeenForm):
    """That a block says the same in each language, as it was seen."""

    block = forms.ChoiceField(choices=ConfirmedBlock.Block)
