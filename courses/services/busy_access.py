"""What opens a calendar that a trainer keeps elsewhere; it is sealed, and only the reader opens it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit, urlunsplit

from django.utils.translation import gettext as _

from courses.exceptions import CoursesError
from courses.models import BusyCalendar, Trainer
from taushet.fetch import FetchFailed, Login, check_address
from taushet.seals import BrokenSeal, seal, unseal

PURPOSE = "sealed calendar"


class CalendarRefused(CoursesError):
    """A calendar elsewhere that cannot be read as it was given."""


@dataclass(frozen=True)
class Access:
    """What opens a calendar; nobody but the reader gets to see it."""

    address: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def login(self) -> Login | None:
        return Login(self.user, self.password) if self.user or self.password else None

    def sealed(self) -> bytes:
        return seal(json.dumps([self.address, self.user, self.password]), PURPOSE)

    @classmethod
    def of(cls, calendar: BusyCalendar) -> "Access":
        """Return what opens a calendar; raises BrokenSeal when it was sealed with another key."""
        return cls(*json.loads(unseal(calendar.sealed_access, PURPOSE)))


def access_from(kind: str, address: str, user: str = "", password: str = "") -> Access:
    """Return what a trainer gave, as it will be used; raises CalendarRefused with a sentence about what is wrong.

    Addresses that begin with webcal stand for https (there is no other), and a user in the address is taken out of it.
    """
    scheme, mark, rest = address.strip().partition("://")
    if scheme.lower() in {"webcal", "webcals"}:
        scheme = "https"
    if not mark or scheme.lower() != "https":
        raise CalendarRefused(_("The address must begin with https:// or webcal://."), field="address")
    try:
        parts = urlsplit(f"https://{rest}")
        if parts.username is not None:
            user, password = user or unquote(parts.username), password or unquote(parts.password or "")
            parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
        address = urlunsplit(parts._replace(fragment=""))
        check_address(address)
    except (ValueError, FetchFailed):
        raise CalendarRefused(_("We cannot read from this address. Copy it once more."), field="address") from None
    if kind == BusyCalendar.Kind.CALDAV and not user:
        raise CalendarRefused(_("Write the user name you have there."), field="user")
    if kind == BusyCalendar.Kind.CALDAV and not password:
        raise CalendarRefused(_("Write the password, best one for this use alone."), field="password")
    return Access(address, user, password)


def open_access(calendar: BusyCalendar) -> Access | None:
    """Return what opens a calendar, or None when it was sealed with another key."""
    try:
        return Access.of(calendar)
    except BrokenSeal:
        return None


def own_addresses(trainer: Trainer, access: Access) -> Iterable[str]:
    """Return the mail addresses by which a calendar may call the trainer, in small letters."""
    known = {trainer.user.email, access.user, *trainer.user.emailaddress_set.values_list("email", flat=True)}
    return {address.lower() for address in known if "@" in address}
