"""One letter, written by hand."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outreach.services.mailings.letter_texts import LONGEST_LETTER
from taushet.fields import CleanCharField, LongestText

from .approvals import SeenForm


class LetterForm(SeenForm):
    """Subject and text of one letter, instead of what the demands make of it."""

    subject = CleanCharField(max_length=200, label=_("Subject"))
    text = forms.CharField(
        label=_("Text"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30}),
        validators=[LongestText(LONGEST_LETTER)],
        error_messages={"required": _("Fill in this field.")},
    )
