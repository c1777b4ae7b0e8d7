from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.models import Message


class MailboxForm(forms.Form):
    """Whose mail to show."""

    to = forms.ChoiceField(label=_("Mail to"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        stayed = Message.objects.filter(state=Message.State.STAYED).exclude(to_email="")
        addresses = stayed.order_by("to_email").values_list("to_email", flat=True).distinct()[:200]
        self.fields["to"].choices = [("", _("Everybody")), *((address, address) for address in addresses)]

    def narrow(self, messages):
        self.is_valid()
        chosen = self.cleaned_data.get("to")
        return messages.filter(to_email=chosen) if chosen else messages
