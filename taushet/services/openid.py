"""Who may come in by ID-porten, Entra ID or Feide: people who are known here, and nobody by a weak sign-in.

A provider is a setting (`TAUSHET_OIDC_PROVIDERS`). Beside what allauth knows, its `settings` may hold

    accepted_acr    the levels that are enough, such as ["idporten-loa-substantial", "idporten-loa-high"];
                    else the one asked for in auth_params
    verified_by     the claim that says the e-mail address is proven; "email_verified" unless told otherwise,
                    "xms_edov" (the tenant owns the domain) for Entra ID
"""

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from taushet.exceptions import TaushetError
from taushet.models import User
from taushet.services import audit
from taushet.services.people import welcome

KEPT_CLAIMS = ("iss", "acr")
MAY_CONNECT = "may_connect_sign_in"  # where in the session the provider is kept that one asked to connect
YES = (True, 1, "1", "true", "True")


class SignInRefused(TaushetError):
    """The provider knows the person, and we do not let them in; the message says why and what to do."""


def set_claims_aside(sociallogin) -> None:
    """Move what the provider told out of what is stored: national identity numbers and the like never reach a row.

    What the signed ID token says goes before what the userinfo address says.
    """
    told = sociallogin.account.extra_data
    id_token = told.get("id_token") or {}
    sociallogin.id_token = id_token
    sociallogin.claims = (told.get("userinfo") or {}) | id_token
    sociallogin.account.extra_data = {"id_token": {name: id_token[name] for name in KEPT_CLAIMS if name in id_token}}


def judge(request, sociallogin) -> None:
    """Accept a sign-in of a known person and connect it to them, or raise SignInRefused.

    Whoever signs in for the first time is found by the e-mail address, when the provider says it is proven.
    """
    options = sociallogin.provider.app.settings
    if not is_strong_enough(sociallogin.id_token, options):
        raise SignInRefused(_("The sign-in was not secure enough. Choose a more secure way at the provider."))
    if sociallogin.state.get("process") == "connect":
        if request.session.pop(MAY_CONNECT, None) != sociallogin.account.provider:
            raise SignInRefused(_("Begin again from your account page to connect a way to sign in."))
    elif not sociallogin.is_existing:
        connect(request, sociallogin, find_person(sociallogin.claims, options))


def is_strong_enough(id_token: dict, options: dict) -> bool:
    """Whether the level of the sign-in is one we accept; what was asked for can be changed in the browser."""
    asked_for = options.get("auth_params", {}).get("acr_values", "")
    accepted = options.get("accepted_acr") or asked_for.split()
    return not accepted or id_token.get("acr") in accepted


def find_person(claims: dict, options: dict) -> User:
    email = str(claims.get("email") or "").lower()
    if not email or claims.get(options.get("verified_by", "email_verified")) not in YES:
        raise SignInRefused(
            _(
                "The provider did not tell us a proven e-mail address, so we cannot know who you are here. "
                "Sign in with a code first; then you can connect this way to sign in on your account page."
            )
        )
    person = User.objects.filter(email=email).first() or welcome(email)
    if person is None or not person.is_active:
        raise SignInRefused(
            _(
                "Your address is not known here. You can sign in once you have booked a course and confirmed "
                "your address, or when you have been invited."
            )
        )
    return person


def connect(request, sociallogin, person: User) -> None:
    sociallogin.connect(request, person)
    EmailAddress.objects.update_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    audit.record("user.sign_in_connected", person, by=person, provider=sociallogin.account.provider)
