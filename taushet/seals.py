"""Sealing of text that staff must not read, such as sign-in codes on their way out (design rule 10)."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class BrokenSeal(Exception):
    """The text was sealed with another key, or has been changed."""


def _lock() -> Fernet:
    key = HKDF(SHA256(), length=32, salt=None, info=b"sealed mail").derive(settings.MAIL_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(key))


def seal(text: str) -> bytes:
    """Return the text encrypted with a key made from MAIL_KEY."""
    return _lock().encrypt(text.encode())


def unseal(sealed: bytes) -> str:
    """Return the text of `seal`; raises BrokenSeal when the key is another one."""
    try:
        return _lock().decrypt(bytes(sealed)).decode()
    except InvalidToken as error:
        raise BrokenSeal from error
