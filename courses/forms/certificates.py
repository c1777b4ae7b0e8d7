"""The check code of a course certificate, as people type it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField


class CodeForm(forms.Form):
    kode = CleanCharField(
        label=_("Check code"), max_length=40, help_text=_("It stands at the bottom of the certificate: CDFG-HJKM-2345.")
    )

    def clean_kode(self):
        code = "".join(sign for sign in self.cleaned_data["kode"].upper() if sign.isalnum())
        if not code:
            raise forms.ValidationError(_("Write the code that stands on the certificate."), code="invalid")
        return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
