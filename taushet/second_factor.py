"""Has this person a second factor, and was it used in this session?"""

from enum import Enum

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator

AFTER_SECOND_FACTOR = "after_second_factor"  # where in the session the page that asked for it is kept


class SecondFactor(Enum):
    MISSING = "missing"
    UNUSED = "unused"
    USED = "used"


def second_factor_of(request) -> SecondFactor:
    """Return how far the signed-in person has come; a passkey counts as both factors at once.

    What was used must still belong to the person: removing it ends what it opened.
    """
    owned = dict(Authenticator.objects.filter(user=request.user).values_list("pk", "type"))
    if not set(owned.values()) - {Authenticator.Type.RECOVERY_CODES}:
        return SecondFactor.MISSING
    records = get_authentication_records(request, request.user)
    if any(record.get("method") == "mfa" and record.get("id") in owned for record in records):
        return SecondFactor.USED
    return SecondFactor.UNUSED
