"""Asking when an address is somebody else's too: it may be a slip, or a post room that several have."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outreach.models import Mandate

MOST_NAMED = 3


def ask_about(form: forms.Form, others: list[Mandate]) -> None:
    """Let a form ask whether an address is right that offices of others have; nothing when nobody has it."""
    if not others:
        return
    named = "; ".join(str(other) for other in others[:MOST_NAMED])
    if more := len(others) - MOST_NAMED if len(others) > MOST_NAMED else 0:
        named += " " + ngettext("and %(number)d more", "and %(number)d more", more) % {"number": more}
    form.fields["is_shared"] = forms.BooleanField(
        label=_("The address is right, and is theirs too"),
        help_text=_("This is also the address of: %(who)s. Whoever reads it there reads the letter.") % {"who": named},
        error_messages={"required": _("Somebody else has this address. Put in another one, or say that it is right.")},
    )
    form.order_fields(form.field_order)


class SharedAddressForm(forms.Form):
    """What an approver says of an address that is somebody else's too; `shared_with` are those the page named."""

    shared_with = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, others, **kwargs):
        keys = " ".join(str(other.pk) for other in others)
        super().__init__(*args, initial={"shared_with": keys}, **kwargs)
        ask_about(self, others)

    def clean_shared_with(self):
        return {int(key) for key in self.cleaned_data["shared_with"].split() if key.isascii() and key.isdigit()}
