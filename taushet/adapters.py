"""How allauth behaves in this house."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.shortcuts import render
from django.template import Context
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from taushet.models import Message, User
from taushet.seals import seal, unseal
from taushet.services import openid
from taushet.services.links import without_placeholders
from taushet.services.outbox import write_message

WRONG_CODE = _("That is not the right code. Look at it again, or ask for a new one.")


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by code for people the house knows; its mail goes through the outbox."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This access has been closed."),
        "email_taken": _("Somebody else uses this address here."),
        "incorrect_code": WRONG_CODE,
        "invalid_login": _("Write an e-mail address."),
        "invalid_or_expired_key": _("The link is not valid any more."),
        "rate_limited": _("That was many times in a short while. Wait a minute and try again."),
        "too_many_login_attempts": _("That was many times in a short while. Wait a few minutes and try again."),
        "unverified_primary_email": _("Confirm your address first."),
    }

    def is_open_for_signup(self, request):
        return False

    def send_mail(self, template_prefix, email, context):
        """Write allauth's mail to the outbox, in the person's language; it leaves before everything else."""
        user = User.objects.filter(email=email).first()
        language = user.language if user else get_language()
        with translation.override(language):
            subject, text = (
                get_template(f"{template_prefix}_{part}.txt").template.render(Context(dict(context), autoescape=False))
                for part in ("subject", "message")
            )
        write_message(
            kind="sign-in",
            priority=Message.Priority.SIGN_IN,
            to_email=email,
            to_name=user.name if user else "",
            subject=" ".join(subject.split()),
            text=without_placeholders(text.strip()) + "\n",
            language=language,
        )

    def post_login(self, request, user, **kwargs):
        """Let the pages speak the language the person has chosen, unless this browser has one already."""
        response = super().post_login(request, user, **kwargs)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            remember_language(response, user.language)
        return response

    def get_reauthentication_methods(self, user):
        methods = super().get_reauthentication_methods(user)
        for method in methods:
            if method["id"] == "mfa_reauthenticate":
                method["description"] = gettext("Use the code from your app or a recovery code")
            elif method["id"] == "mfa_reauthenticate:webauthn":
                method["description"] = gettext("Use your passkey or security key")
        return methods


def remember_language(response, language):
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


class MFAAdapter(DefaultMFAAdapter):
    """The second factor; its secrets are sealed in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": _("The address of a person with a second factor is changed by an administrator."),
        "cannot_delete_authenticator": _("This second factor cannot be removed."),
        "cannot_generate_recovery_codes": _("Set up an app or a passkey first; recovery codes come with it."),
        "incorrect_code": WRONG_CODE,
        "unverified_email": _("Confirm your address first, by signing in with a code sent to it."),
    }

    def encrypt(self, text):
        return seal(text).decode()

    def decrypt(self, encrypted_text):
        return unseal(encrypted_text.encode())

    def generate_authenticator_name(self, user, type):  # noqa: A002, it is allauth's word
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %(number)s") % {"number": number}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in with ID-porten, Entra ID or Feide, for people who are known here already."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "connected_other": _("That sign-in belongs to another person here already."),
        "invalid_token": _("The answer could not be trusted."),
        "no_password": _("This sign-in cannot be removed."),
    }

    def is_open_for_signup(self, request, sociallogin):
        return False

    def populate_user(self, request, sociallogin, data):
        """Set what the provider told aside for `openid.judge`, and keep next to nothing of it.

        This comes before allauth looks the account up and saves what it holds; nobody signs up this way, so the
        person is not filled in.
        """
        openid.set_claims_aside(sociallogin)
        return sociallogin.user

    def pre_social_login(self, request, sociallogin):
        """Let in only whom `openid.judge` accepts; anybody else meets a page that says why."""
        try:
            openid.judge(request, sociallogin)
        except openid.SignInRefused as refusal:
            page = render(request, "socialaccount/refused.html", {"reason": str(refusal)}, status=403)
            raise ImmediateHttpResponse(page) from refusal

    def get_connect_redirect_url(self, request, socialaccount):
        return reverse("profile")
