"""Whose address stays hidden where staff look at mail: people who have asked that nobody learns who they are."""

from collections.abc import Iterable

from django.db.models import QuerySet

from taushet.models import Message, User
from taushet.registries import protected_addresses


def hidden_addresses(addresses: Iterable[str]) -> set[str]:
    """Return which of some addresses stand on no list, whoever looks."""
    asked = {address.lower() for address in addresses if address}
    return set().union(*(group.find(asked) for group in protected_addresses)) if asked else set()


def is_hidden_from(user: User, address: str) -> bool:
    """Whether a user may not see that an address is the recipient of a message, nor what was written to it."""
    asked = {address.lower()}
    return any(not user.has_perm(group.permission) for group in protected_addresses if group.find(asked))


def leave_out_hidden(messages: QuerySet[Message], user: User) -> QuerySet[Message]:
    """Leave out what goes to people whom a user may not know, so that searching for them finds nothing."""
    for group in protected_addresses:
        if not user.has_perm(group.permission):
            messages = messages.exclude(to_email__in=group.all())
    return messages
