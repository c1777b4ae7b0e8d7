"""That somebody does not want letters."""

from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.fields import LongestText


class ObjectionForm(forms.Form):
    """What the person said, when that is worth keeping."""

    note = forms.CharField(
        required=False,
        label=_("What was said"),
        help_text=_("Only what is needed to understand it. The person can read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[LongestText(500)],
    )


class WithdrawalForm(forms.Form):
    """How we know that the person wants letters after all."""

    why = forms.CharField(
        label=_("How do you know?"),
        help_text=_("Such as: answered our letter on 3 May. The person can read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[LongestText(500)],
    )
