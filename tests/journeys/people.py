"""Signing in, in a journey: the quick way, and what the long way needs to know."""

import re
import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from taushet.models import Message
from taushet.seals import unseal
from tests.factories.taushet import sign_in


def signed_in(page, user, site: str):
    """Sign a browser in at once, the second factor used when the person has one."""
    client = Client()
    sign_in(client, user)
    page.context.add_cookies([{"name": "okt", "value": client.cookies["okt"].value, "url": site}])
    return page


def code_in_mail(email: str) -> str:
    """The sign-in code of the last mail to an address."""
    text = unseal(Message.objects.filter(to_email=email, kind="sign-in").latest("pk").sealed_text)
    return re.search(r"^[A-Z]{4}-[A-Z]{4}$", text, re.MULTILINE)[0]


def app_code(secret: str, later: int = 0) -> str:
    """What an authenticator app shows for a secret, now or some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def secret_of(user) -> str:
    return unseal(Authenticator.objects.get(user=user, type="totp").data["secret"].encode())


def go_by_menu(page, group: str, entry: str) -> None:
    """Go to a page by the menu of staff, which is closed on a phone and in groups."""
    menu = page.get_by_role("navigation", name="Meny")
    whole = menu.locator(".staff-menu > summary")
    if whole.is_visible():
        whole.click()
    menu.locator("summary").get_by_text(group, exact=True).click()
    menu.get_by_role("link", name=entry).click()
