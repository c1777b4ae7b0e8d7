"""How the letters of a mailing are narrowed down."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import County
from outreach.models import Letter
from outreach.models.hold_words import HOLD_KINDS
from taushet.fields import CleanCharField
from taushet.forms.narrowing import NarrowingForm
from taushet.searches import holds


class LetterFilterForm(NarrowingForm):
    """Narrows the letters of a mailing; what is wrong narrows nothing."""

    TROUBLE = "trouble"
    EDITED = "edited"

    status = forms.ChoiceField(
        required=False,
        label=_("Status"),
        choices=[("", _("All that stand")), *Letter.Status.choices, (TROUBLE, _("In trouble"))],
    )
    county = forms.ModelChoiceField(
        County.objects.current(), required=False, label=_("County"), empty_label=_("The whole country")
    )
    why = forms.ChoiceField(
        required=False, label=_("Held because"), choices=[("", _("Any reason")), *HOLD_KINDS.items()]
    )
    sort = forms.ChoiceField(
        required=False,
        label=_("Kind of letter"),
        choices=[
            ("", _("All")),
            ("nb", _("In bokmål")),
            ("nn", _("In nynorsk")),
            (EDITED, _("Edited by hand")),
        ],
    )
    variant = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    q = CleanCharField(max_length=60, required=False, label=_("Place, name or address"))

    def __init__(self, data=None, *args, reasons=None, **kwargs):
        """Offer the reasons that occur, and the one that was asked for."""
        super().__init__(data, *args, **kwargs)
        if reasons is not None:
            kept = {code for code, _words, _number in reasons} | {(data or {}).get("why")}
            shown = [(code, words) for code, words in HOLD_KINDS.items() if code in kept]
            self.fields["why"].choices = [("", _("Any reason")), *shown]
            if not shown:
                self.fields["why"].widget = forms.HiddenInput()

    def narrow(self, letters):
        asked = self.asked
        if asked.get("status") == self.TROUBLE:
            letters = letters.in_trouble()
        elif "status" in asked:
            letters = letters.filter(status=asked["status"])
        if "county" in asked:
            letters = letters.filter(municipality__county=asked["county"])
        if "why" in asked:
            letters = letters.held().filter(held_codes__contains=f" {asked['why']} ")
        if asked.get("sort") == self.EDITED:
            letters = letters.exclude(edited_at=None)
        elif "sort" in asked:
            letters = letters.filter(language=asked["sort"])
        if "variant" in asked:
            letters = letters.filter(variant=asked["variant"], edited_at=None)
        if "q" in asked:
            letters = letters.filter(holds(asked["q"], "municipality__name", "to_name", "to_email"))
        return letters


class OfficeSearchForm(forms.Form):
    """Finds an office by who holds it, place, body, title or party."""

    q = CleanCharField(max_length=80, required=False, label=_("Name, place, body or office"))
