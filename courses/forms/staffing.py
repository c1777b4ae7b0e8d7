"""How staff asks trainers, and what a trainer may write on leaving."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Assignment, TrainerOffer
from courses.services.trainer_fits import ask_for_reason
from taushet.fields import CleanCharField

ORDER = "nr-{}"


class KindForm(forms.Form):
    """As what somebody is asked, as it stands in the address."""

    som = forms.ChoiceField(choices=Assignment.Kind, required=False)

    def kind(self, lacking):
        """Return the kind asked for, or else the first that is lacking."""
        asked = self.cleaned_data.get("som") if self.is_valid() else ""
        return asked or next(iter(lacking), Assignment.Kind.LEAD)


class CallForm(forms.Form):
    """How long those who are asked have to answer."""

    within = forms.ChoiceField(
        choices=TrainerOffer.Within,
        initial=TrainerOffer.Within.TWO_DAYS,
        label=gettext_lazy("Time to answer"),
        help_text=gettext_lazy("Never beyond the start of the session. Days are working days."),
    )


class AskForm(CallForm):
    """The same, for those who are asked one after the other, and why, when something speaks against one."""

    reason = CleanCharField(
        max_length=300,
        label=gettext_lazy("Why even so"),
        help_text=gettext_lazy("Something speaks against at least one of them. The reason is kept with the question."),
    )

    def __init__(self, *args, candidates, **kwargs):
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        doubtful = [one for one in candidates if one.warnings]
        if doubtful:
            sentence = ask_for_reason(doubtful[0].trainer, doubtful[0].warnings)
            self.fields["reason"].error_messages["required"] = sentence
        else:
            del self.fields["reason"]
        for place, one in enumerate(candidates, start=1):
            if len(candidates) > 1:
                self.fields[ORDER.format(one.trainer.pk)] = forms.TypedChoiceField(
                    choices=[(number, number) for number in range(1, len(candidates) + 1)],
                    coerce=int,
                    initial=place,
                    label=_("Asked as number"),
                )

    def rows(self):
        """Return each candidate with the field that says when it is its turn."""
        names = [(one, ORDER.format(one.trainer.pk)) for one in self.candidates]
        return [(one, self[name] if name in self.fields else None) for one, name in names]

    def clean(self):
        data = super().clean()
        numbers = [data.get(ORDER.format(one.trainer.pk)) for one in self.candidates]
        if len(self.candidates) > 1 and None not in numbers and len(set(numbers)) < len(numbers):
            raise forms.ValidationError(_("Two of them have the same number. Give each a number of its own."))
        return data

    def trainers(self):
        """Return whom to ask, in order."""
        in_order = sorted(self.candidates, key=lambda one: self.cleaned_data.get(ORDER.format(one.trainer.pk), 1))
        return [one.trainer for one in in_order]


class SeenForm(forms.Form):
    """What a trainer was shown of the meetings."""

    seen = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)


class LeaveForm(forms.Form):
    """A word to staff of somebody who leaves a session."""

    word = CleanCharField(
        max_length=300,
        required=False,
        label=gettext_lazy("A word to the staff"),
        help_text=gettext_lazy("Such as whom you think could do it. You need not say why, and nothing about health."),
    )
