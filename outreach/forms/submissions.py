"""A submission: what it is drafted from, its text blocks, and the small forms that move it on."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from municipalities.models import Indicator
from outreach.models import DemandVersion, LegalHook, Mailing, Submission
from taushet.fields import CleanCharField, DayField, LongestText
from taushet.forms.request_keys import RequestKeyForm
from taushet.texts import LONGEST

from .approvals import SeenForm

SPARE = 2  # empty blocks below those that are there


def rows_for(text: str) -> int:
    """Return how high a field has to be for most of a text to be seen."""
    return min(24, max(8, text.count("\n") + len(text) // 100 + 2)) if text else 3


class StartForm(RequestKeyForm):
    """What the first draft is made from."""

    title = CleanCharField(max_length=200, label=_("Title"))
    language = forms.ChoiceField(label=_("Language form"), choices=Submission.Language, widget=forms.RadioSelect)
    senders = forms.ChoiceField(label=_("Sent by"), choices=Mailing.Senders, widget=forms.RadioSelect)
    versions = forms.ModelMultipleChoiceField(
        DemandVersion.objects.none(), label=_("Demands"), required=False, widget=forms.CheckboxSelectMultiple
    )
    figures = forms.ModelMultipleChoiceField(
        LegalHook.objects.filter(kind=LegalHook.Kind.REPORT),
        required=False,
        label=_("National figures and reports"),
        widget=forms.CheckboxSelectMultiple,
    )
    indicators = forms.ModelMultipleChoiceField(
        Indicator.objects.filter(kind=Indicator.Kind.YES_NO, knowledge_key=""),
        required=False,
        label=_("What we know of all municipalities"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, about="submission", **kwargs)
        current = DemandVersion.objects.sendable().select_related("demand").order_by("demand__number")
        self.fields["versions"].queryset = current
        self.fields["versions"].label_from_instance = lambda row: f"{row.demand.number}. {row.title}"
        self.fields["figures"].label_from_instance = lambda row: row.meaning


class BlocksForm(forms.Form):
    """The text, block by block; a block with neither heading nor text goes away."""

    title = CleanCharField(max_length=200, label=_("Title"))
    senders = forms.ChoiceField(label=_("Sent by"), choices=Mailing.Senders, widget=forms.RadioSelect)
    sources = forms.CharField(
        required=False,
        label=_("Sources, one on each line"),
        help_text=_("The first is [1] in the text."),
        widget=forms.Textarea(attrs={"rows": 6}),
        validators=[LongestText(LONGEST)],
    )
    versions = forms.ModelMultipleChoiceField(
        DemandVersion.objects.none(),
        required=False,
        label=_("Demands it stands on"),
        help_text=_("Untick a demand that you have taken out of the text. A demand that is withdrawn keeps it back."),
        widget=forms.CheckboxSelectMultiple,
    )
    seen_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args, submission, **kwargs):
        posted = args[0] if args else None
        texts = [name for name in posted or () if name.startswith("text_")]
        self.number = max(len(submission.blocks) + SPARE, len(texts))
        kwargs["initial"] = {
            "title": submission.title,
            "senders": submission.senders,
            "sources": "\n".join(submission.sources),
            "seen_hash": submission.content_hash,
            "versions": list(submission.demand_versions.values_list("pk", flat=True)),
        }
        super().__init__(*args, **kwargs)
        versions = submission.demand_versions.select_related("demand").order_by("demand__number")
        self.fields["versions"].queryset = versions
        self.fields["versions"].label_from_instance = lambda row: f"{row.demand.number}. {row.title}"
        if not versions:
            del self.fields["versions"]
        for index in range(self.number):
            block = submission.blocks[index] if index < len(submission.blocks) else {"heading": "", "text": ""}
            heading = CleanCharField(max_length=200, required=False, label=_("Heading"), initial=block["heading"])
            text = forms.CharField(
                required=False,
                label=_("Text"),
                initial=block["text"],
                widget=forms.Textarea(attrs={"rows": rows_for(block["text"])}),
                validators=[LongestText(LONGEST)],
            )
            heading.is_said_plainly = text.is_said_plainly = True
            self.fields[f"heading_{index}"], self.fields[f"text_{index}"] = heading, text

    @property
    def pairs(self):
        """The fields of each block."""
        return [(self[f"heading_{index}"], self[f"text_{index}"]) for index in range(self.number)]

    @property
    def content(self):
        """What `change_submission` takes."""
        data = self.cleaned_data
        blocks = [
            {"heading": data[f"heading_{index}"], "text": data[f"text_{index}"].replace("\r\n", "\n").strip()}
            for index in range(self.number)
        ]
        return {
            "title": data["title"],
            "senders": data["senders"],
            "blocks": [block for block in blocks if block["heading"] or block["text"]],
            "sources": [line.strip() for line in data["sources"].splitlines() if line.strip()],
            "seen_hash": data["seen_hash"],
            "versions": data.get("versions", []),
        }


class DeliveredForm(forms.Form):
    """That a person has handed it in."""

    on = DayField(label=_("Day of delivery"), initial=timezone.localdate)
    url = forms.URLField(max_length=300, required=False, assume_scheme="https", label=_("Where it can be read"))


class TakeBackForm(forms.Form):
    """That it was not handed in after all."""

    reason = CleanCharField(
        max_length=300, label=_("Why?"), help_text=_("It stands below, under what has happened, for staff only.")
    )


class DeliveryForm(DeliveredForm):
    """When it was handed in and where it stands, put right."""

    reason = CleanCharField(
        max_length=300,
        label=_("Why is it corrected?"),
        help_text=_("It stands below, under what has happened, for staff only."),
    )


class SubmitForm(SeenForm):
    """The fingerprint of what was on the screen, and when numbers have changed that the text was read against them."""

    has_checked = forms.BooleanField(
        required=False, label=_("I have read the text against what is counted now, and it can stand.")
    )

    def __init__(self, *args, asks_if_checked=False, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks_if_checked:
            del self.fields["has_checked"]


class SubmissionApprovalForm(SubmitForm):
    """What an approver of a submission confirms."""

    is_public_confirmed = forms.BooleanField(
        label=_(
            "I have read the submission. It can become public, and no person exposed to violence can be recognised."
        ),
        error_messages={"required": _("Confirm that the submission can become public.")},
    )
