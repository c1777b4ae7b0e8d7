"""A new wording of a demand, checked before it is saved."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Indicator
from outreach.models import LegalHook
from outreach.services.wordings import fact_name, wording_faults
from taushet.fields import CleanCharField, LongestText
from taushet.texts import LONGEST


def long_field(label, rows, *, required=True):
    return forms.CharField(
        label=label,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        validators=[LongestText(LONGEST)],
        error_messages={"required": _("Fill in this field.")},
    )


class WordingForm(forms.Form):
    """The texts in both forms of Norwegian, what they lean on and the facts the letter needs."""

    title_nb = CleanCharField(max_length=150, label=_("Title in bokmål"))
    title_nn = CleanCharField(max_length=150, label=_("Title in nynorsk"))
    title_en = CleanCharField(max_length=150, required=False, label=_("Title in English"))
    summary_nb = CleanCharField(max_length=300, label=_("In one sentence, in bokmål"))
    summary_nn = CleanCharField(max_length=300, label=_("In one sentence, in nynorsk"))
    summary_en = CleanCharField(max_length=300, required=False, label=_("In one sentence, in English"))
    text_nb = long_field(_("Text in bokmål"), 12)
    text_nn = long_field(_("Text in nynorsk"), 12)
    text_en = long_field(_("Text in English"), 12, required=False)
    hooks = forms.ModelMultipleChoiceField(
        LegalHook.objects.all(),
        label=_("Legal hooks and sources"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one legal hook or source.")},
    )
    indicators = forms.ModelMultipleChoiceField(
        Indicator.objects.all(), required=False, label=_("Facts it needs"), widget=forms.CheckboxSelectMultiple
    )
    subject_nb = CleanCharField(max_length=200, label=_("Subject of the letter in bokmål"))
    letter_nb = long_field(_("Letter in bokmål"), 30)
    subject_nn = CleanCharField(max_length=200, label=_("Subject of the letter in nynorsk"))
    letter_nn = long_field(_("Letter in nynorsk"), 30)

    LINKS = ("hooks", "indicators")

    def __init__(self, *args, version, **kwargs):
        kwargs["initial"] = {
            **{name: getattr(version, name) for name in self.base_fields if name not in self.LINKS},
            "hooks": list(version.hooks.values_list("pk", flat=True)),
            "indicators": list(version.indicators.values_list("pk", flat=True)),
        }
        super().__init__(*args, **kwargs)

    def clean(self):
        data = super().clean()
        for name, fault in wording_faults(data, data.get("indicators", ()), data.get("hooks", ())).items():
            if name in data:
                self.add_error(name, fault)
        return data

    @property
    def wording(self):
        """What `publish_version` takes."""
        data = self.cleaned_data
        texts = {name: value.replace("\r\n", "\n") for name, value in data.items() if name not in self.LINKS}
        return {"texts": texts, "hooks": data["hooks"], "indicators": data["indicators"]}

    @property
    def known_notes(self):
        """The sources and facts that exist, and how a letter names them."""
        hooks = [(hook.citation, f'{{{{ note("{hook.key}") }}}}') for hook in LegalHook.objects.all()]
        facts = [
            (indicator.name, f'{{{{ fact.{fact_name(indicator.key)} }}}} {{{{ note("{indicator.key}") }}}}')
            for indicator in Indicator.objects.all()
        ]
        return hooks + facts
