"""Sealing of what staff must not read: sign-in codes on their way out (design rule 10), keys to people's calendars."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MAIL = "sealed mail"


class BrokenSeal(Exception):
    """The text was sealed with another key or for another purpose, or has been changed."""


def _lock(purpose: str) -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=purpose.encode()).derive(settings.MAIL_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def seal(text: str, purpose: str = MAIL) -> bytes:
    """Return the text encrypted with a key made from MAIL_KEY, one for each purpose."""
    return _lock(purpose).encrypt(text.encode())


def unseal(sealed: bytes, purpose: str = MAIL) -> str:
    """Return the text of `seal`; raises BrokenSeal when the key is another one."""
    try:
        return _lock(purpose).decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise BrokenSeal from error
