"""One key for each form that is shown, so that sending it twice does the thing once."""

import secrets

from django import forms
from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext_lazy as _


class RequestKeyForm(forms.Form):
    """A form with a signed key of its own. A key that is not ours is replaced, and the form asked to be sent again."""

    request_key = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data=None, *, about: str, **kwargs):
        self.signer = Signer(salt=f"request-key:{about}")
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
            return self.signer.unsign(data.get("request_key", ""))
        except BadSignature:
            return ""

    def new_key(self) -> str:
        return self.signer.sign(secrets.token_urlsafe(16))

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
