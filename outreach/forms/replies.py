"""What staff put in about replies."""

from django import forms
from django.utils.translation import gettext_lazy as _

from outreach.models import Letter, Reply
from taushet.fields import CleanCharField, LongestText
from taushet.forms.narrowing import NarrowingForm

LONGEST_ANSWER = 20_000
LONGEST_HOW = 300


class SortForm(forms.Form):
    """What a reply is, and which letters it is about."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in Reply.SORTABLE])
    letters = forms.ModelMultipleChoiceField(Letter.objects.all(), required=False)
    how = CleanCharField(required=False, max_length=LONGEST_HOW)
    seen = forms.CharField(max_length=64)


class ReplyFilterForm(NarrowingForm):
    """Narrows the list of replies. What makes no sense is left out rather than complained about."""

    SENDERS = [("", _("All")), ("yes", _("Sender confirmed")), ("no", _("Sender not confirmed"))]
    PUBLIC = [("", _("All")), ("yes", _("Public")), ("no", _("Not public"))]

    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All")), *Reply.Kind.choices])
    sender = forms.ChoiceField(label=_("Sender"), required=False, choices=SENDERS)
    public = forms.ChoiceField(label=_("Shown to everybody"), required=False, choices=PUBLIC)
    q = CleanCharField(label=_("Municipality, sender, subject or journal number"), required=False, max_length=100)

    def narrow(self, replies):
        asked = self.asked
        if "kind" in asked:
            replies = replies.filter(kind=asked["kind"])
        if "sender" in asked:
            replies = replies.filter(verified_at__isnull=asked["sender"] == "no")
        if "public" in asked:
            replies = replies.filter(published_at__isnull=asked["public"] == "no")
        return replies.search(asked["q"]) if "q" in asked else replies


class LetterSearchForm(forms.Form):
    """Looks for letters to link."""

    q = CleanCharField(label=_("Find a letter"), required=False, max_length=60)

    def __init__(self, *args, part_of="", **kwargs):
        super().__init__(*args, **kwargs)
        if part_of:  # the form of a page that it is sent with, so that nothing put in there is lost
            self.fields["q"].widget.attrs["form"] = part_of
        self.fields["q"].widget.attrs |= {"type": "search", "autocomplete": "off", "data-key": "s"}

    @property
    def text(self) -> str:
        self.full_clean()
        return self.cleaned_data.get("q", "")


class VerifyForm(forms.Form):
    """How somebody made sure who a reply is from."""

    how = CleanCharField(
        max_length=300,
        label=_("How do you know who it is from?"),
        help_text=_("Such as: called the municipality's switchboard on 3 March."),
    )


class TakeBackForm(forms.Form):
    """Why an answer is no longer to be public."""

    why = CleanCharField(
        max_length=300, label=_("Why is it taken back?"), help_text=_("Only staff read this. Name no private person.")
    )


class PublishForm(forms.Form):
    """The words of an answer that everybody may read."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    speaker = CleanCharField(
        max_length=200,
        label=_("Who answers?"),
        help_text=_("The municipality, or the office and its holder. Never an employee or a private person."),
    )
    text = forms.CharField(
        label=_("What everybody may read"),
        widget=forms.Textarea(attrs={"rows": 14}),
        validators=[LongestText(LONGEST_ANSWER)],
        help_text=_("Take out whatever tells of private people. Write […] where you take something out."),
    )
    is_checked = forms.BooleanField(
        label=_("I have read it all. No private person can be recognised, and no employee is named.")
    )
