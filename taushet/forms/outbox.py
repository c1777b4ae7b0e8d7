from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.models import Message
from taushet.registries import message_kinds
from taushet.searches import holds
from taushet.services.protection import leave_out_hidden


class OutboxFilter(forms.Form):
    """What of the outbox to show. Anything that makes no sense is left out rather than complained about."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("All")), *Message.State.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    q = forms.CharField(
        label=_("Name, address or subject"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = sorted((str(kind.label), kind.key) for kind in message_kinds)
        self.fields["kind"].choices = [("", _("All")), *((key, label) for label, key in kinds)]

    def narrow(self, messages, user):
        chosen = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        if chosen.get("state"):
            messages = messages.filter(state=chosen["state"])
        if chosen.get("kind"):
            messages = messages.filter(kind=chosen["kind"])
        if chosen.get("q"):
            messages = messages.filter(holds(chosen["q"], "to_email", "to_name", "subject"))
            messages = leave_out_hidden(messages, user)
        return messages
