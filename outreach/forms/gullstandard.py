"""The Gullstandard of a municipality on one page."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, DayField

ANSWERS = [("yes", _("Yes")), ("no", _("No")), ("", _("Unknown"))]


class ChecklistForm(forms.Form):
    """A choice of yes, no and unknown for each question, and what the changed answers rest on."""

    observed_on = DayField(label=_("True on"))
    source = CleanCharField(
        max_length=300,
        required=False,
        label=_("Where you have this from"),
        help_text=_("Such as the municipality's web site, a case paper or a call. It holds for all you change now."),
    )

    def __init__(self, *args, headings, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["observed_on"].initial = timezone.localdate()
        self.fields["source"].is_said_plainly = True
        self.headings = headings
        self.questions = [question for heading in headings for question in heading.questions]
        for question in self.questions:
            field = forms.ChoiceField(
                label=question.text,
                choices=ANSWERS,
                required=False,
                widget=forms.RadioSelect,
                initial=question.answer,
            )
            field.is_said_plainly = True
            self.fields[question.key] = field

    def clean(self):
        data = super().clean()
        is_changed = any(data.get(question.key, "") not in ("", question.answer) for question in self.questions)
        if is_changed and not data.get("source"):
            self.add_error("source", _("Say where you have this from."))
        return data

    @property
    def answers(self):
        return {question.key: self.cleaned_data[question.key] for question in self.questions}

    @property
    def ground(self):
        return {"observed_on": self.cleaned_data["observed_on"], "source": self.cleaned_data["source"]}

    @property
    def sections(self):
        """Each heading with its questions and their fields."""
        return [
            (heading, [(question, self[question.key]) for question in heading.questions]) for heading in self.headings
        ]
