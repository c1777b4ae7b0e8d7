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
        help_text=_("Those it fits come first. The campaign staff must agree to the others."),
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
        field.queryset = Trainer.objects.filter(pk__in=[one.trainer.pk for one in colleagues])
        fitting = [(one.trainer.pk, str(one.trainer)) for one in colleagues if not one.against]
        others = [(one.trainer.pk, f"{one.trainer}: {', '.join(one.against)}") for one in colleagues if one.against]
        groups = [(_("It fits"), fitting), (_("Something speaks against"), others)]
        field.choices = [("", _("Choose a colleague")), *((label, rows) for label, rows in groups if rows)]


class SwapWordsForm(forms.Form):
    """A sentence that goes with a no."""

    words = CleanCharField(max_length=300, required=False, label=_("Message"))


class SwapReasonForm(forms.Form):
    """Why the colleague takes it even so, when something speaks against it."""

    reason = CleanCharField(
        max_length=300,
        label=_("Why even so"),
        help_text=_("It is kept with the assignment."),
        error_messages={"required": _("Write why the colleague takes it even so.")},
    )

    def __init__(self, *args, takes_reason, **kwargs):
        super().__init__(*args, **kwargs)
        if not takes_reason:
            del self.fields["reason"]
