"""Who shall take over a session, and what is said about it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Trainer
from taushet.fields import CleanCharField


class SwapForm(forms.Form):
    """Which colleague a trainer asks."""

    colleague = forms.ModelChoiceField(
        Trainer.objects.none(),
        label=_("Colleague"),
        empty_label=_("Choose a colleague"),
        help_text=_("Those who may teach this course and do not teach elsewhere at that time."),
        error_messages={
            "required": _("Choose a colleague."),
            "invalid_choice": _("This colleague cannot take the session. Choose another."),
        },
    )
    note = CleanCharField(
        max_length=300, required=False, label=_("Message to the colleague"), help_text=_("No need to say why.")
    )

    def __init__(self, *args, colleagues, **kwargs):
        super().__init__(*args, **kwargs)
        field = self.fields["colleague"]
        field.queryset = Trainer.objects.filter(pk__in=[one.pk for one in colleagues])
        field.choices = [("", _("Choose a colleague")), *((one.pk, str(one)) for one in colleagues)]


class SwapWordsForm(forms.Form):
    """A sentence that goes with a no."""

    words = CleanCharField(max_length=300, required=False, label=_("Message"))


class SwapReasonForm(forms.Form):
    """Why the colleague takes it even so, when something speaks against it."""

    reason = CleanCharField(
        max_length=300,
        required=False,
        label=_("Why even so"),
        help_text=_("Needed when something speaks against the colleague. It is kept with the assignment."),
    )
