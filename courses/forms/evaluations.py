"""What a participant thinks of a course. Nothing asks for anything about a person's own life."""

from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.fields import LongestText

SCALE = [(number, str(number)) for number in range(1, 6)]


class ScaleField(forms.TypedChoiceField):
    widget = forms.RadioSelect
    default_error_messages = {"required": _("Choose a number from 1 to 5.")}

    def __init__(self, **kwargs):
        super().__init__(choices=SCALE, coerce=int, **kwargs)


class EvaluationForm(forms.Form):
    useful = ScaleField(
        label=_("How useful was the course for your work?"), help_text=_("1 is not useful, 5 is very useful.")
    )
    sure_to_ask = ScaleField(
        label=_("How sure are you that you can ask, when you are worried about somebody?"),
        help_text=_("1 is not sure, 5 is very sure."),
    )
    sure_to_act = ScaleField(
        label=_("How sure are you of what to do next?"), help_text=_("1 is not sure, 5 is very sure.")
    )
    has_used = forms.TypedChoiceField(
        label=_("Have you used something from the course in your work?"),
        choices=[("ja", _("Yes")), ("nei", _("Not yet"))],
        coerce=lambda answer: answer == "ja",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an answer.")},
    )
    text = forms.CharField(
        label=_("What should we do better?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        validators=[LongestText(1000)],
        help_text=_(
            "Write about the course only: nothing about your own life, and nothing about people you have met. If you"
            " need somebody to talk to, call 116 006, free and anonymous, day and night."
        ),
    )

    def __init__(self, *args, is_later, **kwargs):
        super().__init__(*args, **kwargs)
        if not is_later:
            del self.fields["has_used"]
