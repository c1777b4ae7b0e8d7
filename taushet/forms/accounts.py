"""Signing in and the own account: allauth's forms with our words, which exist in nynorsk too."""

from allauth.account import forms as account_forms
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from taushet.fields import CleanCharField, WorkEmailField
from taushet.models import User
from taushet.services.people import welcome


class SignInForm(account_forms.LoginForm):
    """An address; whoever the house knows gets a code, and nobody learns whether it does."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = WorkEmailField(label=_("Your e-mail address"))

    def clean_login(self):
        email = super().clean_login()
        welcome(email)
        return email


class CodeFormMixin:
    """A form with a code in it, to be typed or pasted from a mail or an app."""

    code_label = _("Code")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label = self.code_label
        self.fields["code"].error_messages["required"] = _("Write the code.")
        self.fields["code"].widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        )


class SignInCodeForm(CodeFormMixin, account_forms.ConfirmLoginCodeForm):
    code_label = _("The code from the mail")


class AddressCodeForm(CodeFormMixin, account_forms.ConfirmEmailVerificationCodeForm):
    code_label = _("The code from the mail")


class SecondFactorMixin(CodeFormMixin):
    """A code from an app is good for its half minute and the one on each side, and for one time only.

    allauth remembers a used code for half a minute, which fits a window without sides.
    """

    code_label = _("The code from your app, or a recovery code")

    def clean_code(self):
        code = super().clean_code()
        used = self.authenticator.wrap()
        if isinstance(used, TOTP):
            seconds = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)
            cache.set(used._get_used_cache_key(code), "y", timeout=seconds)
        return code


class SecondFactorForm(SecondFactorMixin, mfa_forms.AuthenticateForm):
    pass


class ConfirmForm(SecondFactorMixin, mfa_forms.ReauthenticateForm):
    pass


class ActivateAppForm(CodeFormMixin, totp_forms.ActivateTOTPForm):
    code_label = _("The code the app shows now")


class PasskeyNameMixin:
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"] = CleanCharField(
            label=_("What you call it"),
            max_length=100,
            help_text=_("Such as “Work phone”, so that you know which one it is when you have several."),
        )


class AddPasskeyForm(PasskeyNameMixin, webauthn_forms.AddWebAuthnForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False
        self.fields["passwordless"].label = _("Let it sign me in by itself")
        self.fields["passwordless"].help_text = _(
            "Then you need neither code nor mail. The phone or key has to ask for your finger, face or PIN."
        )
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(PasskeyNameMixin, webauthn_forms.EditWebAuthnForm):
    pass


class ProfileForm(forms.ModelForm):
    """What a person says about themself."""

    name = CleanCharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language of pages and mail"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["name", "language"]
