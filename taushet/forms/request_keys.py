"""One key for each form that is shown, so that sending it twice does the thing once."""

import secrets

from django import forms
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _


def signer_of(about: str) -> Signer:
    return Signer(salt=f"request-key:{about}")


def new_request_key(about: str) -> str:
    """Return the key of a form that is about to be shown, good for a `RequestKeyForm` about the same."""
    return signer_of(about).sign(secrets.token_urlsafe(16))


class RequestKeyForm(forms.Form):
    """A form with a signed key of its own. A key that is not ours is replaced, and the form asked to be sent again."""

    request_key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, about: str, **kwargs):
        self.about = about
        self.key = ""
        if data is not None:
            data = data.copy()
            self.key = self.read_key(data)
            if not self.key:
                data["request_key"] = self.new_key()
        super().__init__(data, **kwargs)
        self.fields["request_key"].initial = self.new_key

    def read_key(self, data) -> str:
        try:
            return signer_of(self.about).unsign(data.get("request_key", ""))
        except BadSignature:
            return ""

    def new_key(self) -> str:
        return new_request_key(self.about)

    def clean(self):
        data = super().clean()
        if not self.key:
            self.add_error(
                None,
                forms.ValidationError(
                    _("The form was not complete when it reached us. Look it over and send it once more."), code="key"
                ),
            )
        data["request_key"] = self.key
        return data
