"""The address a letter is answered to: it names the letter, whoever retypes it and however.

The sixteen characters are the number of the letter (six), what only we can have written for it (nine, an HMAC as in
design rule 10) and a check character, in Crockford's base 32: no I, L, O or U, and case means nothing. Nothing of it is
kept. It opens no page: whoever knows it can write to us about that letter, and no more, so it may stand in the outbox.
"""

import hashlib
import hmac
import re

from django.conf import settings

from outreach.models import Letter

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # https://www.crockford.com/base32.html
LOOK_ALIKES = str.maketrans("ILO", "110")
VALUE = {character: value for value, character in enumerate(ALPHABET)}
OF_NUMBER, OF_HMAC = 6, 9
LENGTH = OF_NUMBER + OF_HMAC + 1
PREFIX = "svar"


def reply_address(letter: Letter) -> str:
    """Return the Reply-To of a letter: at the domain for replies, or else beside the sender's own address.

    The token is `svar-` and four groups of four, or follows a plus sign in `TAUSHET_OUTREACH_FROM`, which mail systems
    deliver to the address without it (RFC 5233).
    """
    token = make_reply_token(letter.pk).lower()
    grouped = "-".join(token[start : start + 4] for start in range(0, LENGTH, 4))
    if settings.REPLY_DOMAIN:
        return f"{PREFIX}-{grouped}@{settings.REPLY_DOMAIN}"
    name, _at, domain = settings.OUTREACH_FROM.rpartition("@")
    return f"{name}+{grouped}@{domain}"


def letter_of_address(text: str) -> Letter | None:
    """Return the letter that an address, or a token alone, names; None when it names none.

    Takes several addresses with their names, any case, I and L for 1, O for 0, and dashes, dots and spaces anywhere.
    """
    for part in re.split(r"[,;<>]", text[:4000]):
        number = read_reply_token(part.partition("@")[0])
        if number is not None and (letter := Letter.objects.filter(pk=number).first()):
            return letter
    return None


def make_reply_token(number: int) -> str:
    """Return the token of the letter with this number; raises ValueError for a number that has no room in it."""
    if not 0 < number < 32**OF_NUMBER:
        raise ValueError(f"{number} does not fit in a reply address.")
    body = _encode(number, OF_NUMBER) + _hmac_of(number)
    return body + _check_character(body)


def read_reply_token(text: str) -> int | None:
    """Return the number of the letter whose token a text ends with, None when it is none of ours."""
    signs = re.sub(r"[^0-9A-Z]", "", text.upper()).translate(LOOK_ALIKES)[-LENGTH:]
    if len(signs) != LENGTH or not set(signs) <= VALUE.keys() or _check_character(signs[:-1]) != signs[-1]:
        return None
    number = 0
    for sign in signs[:OF_NUMBER]:
        number = number * 32 + VALUE[sign]
    return number if number and hmac.compare_digest(_hmac_of(number), signs[OF_NUMBER:-1]) else None


def _hmac_of(number: int) -> str:
    digest = hmac.new(settings.LINK_KEY.encode(), f"reply|{number}|1".encode(), hashlib.sha256).digest()
    return _encode(int.from_bytes(digest), OF_HMAC)


def _encode(number: int, length: int) -> str:
    """Return the last so many digits of a number in base 32."""
    digits = []
    for _place in range(length):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def _check_character(body: str) -> str:
    """Return Luhn's check character in base 32, which shows any one wrong sign and nearly all swapped neighbours."""
    total = 0
    for place, sign in enumerate(reversed(body)):
        doubled = VALUE[sign] * (2 if place % 2 == 0 else 1)
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]
