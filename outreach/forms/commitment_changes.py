"""What staff put in about how it goes with a promise, and about taking it back or handing it on."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outreach.models import Commitment, Mandate
from outreach.services.commitments.commitments import speaker
from taushet.fields import CleanCharField, LongestText

# What a person may choose; that it was promised is put down when it is confirmed, taking it back is a step of its own.
OF_THEMSELVES = (Commitment.Status.PROMISED, Commitment.Status.WITHDRAWN)


class ChangeForm(forms.Form):
    """How it stands with a promise, and what shows it."""

    status = forms.ChoiceField(label=_("How does it stand?"))
    is_early_meant = forms.BooleanField(required=False, label=_("Yes, it is certain already"))
    reason = CleanCharField(
        max_length=500,
        required=False,
        label=_("Why?"),
        help_text=_("Everybody can read it. Name no private person. Needed when a colleague has to confirm it."),
    )
    evidence_url = forms.URLField(
        required=False,
        label=_("Link to what shows it"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Everybody can read it, too. A link, a text or a file is needed; one is enough."),
    )
    evidence = forms.CharField(
        required=False,
        label=_("Text that shows it"),
        widget=forms.Textarea(attrs={"rows": 3}),
        validators=[LongestText(2000)],
        help_text=_("For staff only."),
    )
    file = forms.FileField(
        required=False,
        label=_("File that shows it"),
        help_text=_("For staff only. PDF, Word, ODT, PNG or JPEG, 10 MB at most."),
    )

    def __init__(self, *args, asks_if_early=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = choices()
        for name in ("reason", "evidence", "evidence_url", "file"):
            self.fields[name].is_said_plainly = True  # which of them are needed stands beside them
        if not asks_if_early:
            del self.fields["is_early_meant"]


def choices():
    """The statuses, each saying whether one person is enough."""
    for value, label in Commitment.Status.choices:
        if value in OF_THEMSELVES:
            continue
        judged = value in Commitment.JUDGED
        yield value, _("%(status)s (a colleague has to confirm it)") % {"status": label} if judged else label


class WhyForm(forms.Form):
    """Why somebody does not agree."""

    why = CleanCharField(max_length=300, label=_("Why not?"))


class WithdrawForm(forms.Form):
    """Why a promise has to go."""

    reason = CleanCharField(
        max_length=500,
        label=_("Why does it have to go?"),
        help_text=_("For staff only. Say what is wrong without repeating anything private."),
    )


class OfficeField(forms.ModelChoiceField):
    """An office with who holds it."""

    def label_from_instance(self, mandate):
        return speaker(mandate)


class HandOnForm(forms.Form):
    """Who answers for a promise now."""

    mandate = OfficeField(Mandate.objects.none(), label=_("Who answers for it now?"), empty_label=_("Choose"))

    def __init__(self, *args, successors, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mandate"].queryset = successors
