"""What staff say when they submit, approve or return something, and what was on the screen as they did."""

from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.fields import LongestText


class SeenForm(forms.Form):
    """The fingerprint of what was on the screen."""

    seen_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)


class MailingApprovalForm(SeenForm):
    """What an approver of a mailing confirms."""

    is_public_confirmed = forms.BooleanField(
        label=_(
            "I have read the letters. They can become public, and no person exposed to violence can be recognised."
        ),
        error_messages={"required": _("Confirm that the letters can become public.")},
    )


class ReturnForm(forms.Form):
    """What has to be changed before it can be approved."""

    note = forms.CharField(
        label=_("What should be changed?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[LongestText(500)],
        error_messages={"required": _("Say what should be changed.")},
    )
