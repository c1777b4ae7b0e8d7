"""When the demonstration may run, and what it is filled with (design rule 11)."""

import errno
import hashlib
import ipaddress
import socket
from collections.abc import Callable
from pathlib import Path

from anymail.signals import AnymailTrackingEvent, tracking
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils import timezone

from taushet.models import Mark, Message
from taushet.registries import demonstration_parts


class DemonstrationRefused(Exception):
    """The demonstration would endanger something real; the message says what."""


def is_loopback(host: str) -> bool:
    """Return whether every address of a host name is this machine only."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), None)
    except OSError:
        return False
    return bool(found) and all(ipaddress.ip_address(entry[4][0]).is_loopback for entry in found)


def refuse_mailer_or_open_host(host: str) -> None:
    """Raise DemonstrationRefused unless `host` is loopback and no mailer is configured."""
    if not settings.DEMO:
        raise DemonstrationRefused("The demonstration is not switched on. Start it with: make run")
    if not is_loopback(host):
        raise DemonstrationRefused(
            f"The demonstration signs anybody in, so it listens on this machine only; {host} is open to others."
        )
    if settings.MAILERS["default"]["BACKEND"] != "django.core.mail.backends.dummy.EmailBackend":
        raise DemonstrationRefused("The demonstration must not be able to send mail: unset TAUSHET_MAILER.")


def refuse_taken_port(host: str, port: str) -> None:
    """Raise DemonstrationRefused when the web server could not listen there, with what to do about it."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host.strip("[]"), int(port)), family=family).close()
    except (OSError, ValueError, OverflowError) as error:
        why = "is in use already" if getattr(error, "errno", None) == errno.EADDRINUSE else f"cannot be used ({error})"
        raise DemonstrationRefused(f"Port {port} {why}. Choose another one: make run PORT=8001") from error


def refuse_real_database() -> None:
    """Raise DemonstrationRefused when the database holds data and is not marked as a demonstration."""
    if Mark.objects.filter(name=Mark.DEMONSTRATION).exists():
        return
    if get_user_model().objects.exists() or not settings.DEMO:
        raise DemonstrationRefused(
            "This database holds people and is not marked as a demonstration. "
            "Point DATABASE_URL at an empty one, or unset it."
        )


def let_bounce(message: Message, *, is_full: bool) -> None:
    """Report that a mail did not arrive, as the webhook of a mail provider does; the worker acts on it.

    The address does not exist, or its mailbox is full for now. Raises DemonstrationRefused outside the demonstration.
    """
    if not settings.DEMO:
        raise DemonstrationRefused("Mail comes back by itself where it leaves.")
    event = AnymailTrackingEvent(
        event_type="bounced",
        event_id=f"demonstration-{message.pk}",
        recipient=message.to_email,
        reject_reason="bounced",
        mta_response="452 4.2.2 Mailbox full" if is_full else "550 5.1.1 No such user",
        metadata={"message_id": message.message_id},
        timestamp=timezone.now(),
    )
    tracking.send(sender=None, event=event, esp_name="Demonstration")


def load_demonstration(write: Callable[[str], None]) -> bool:
    """Fill the database with every registered part, in order, unless it holds this very version already.

    Returns whether anything was loaded. `write` gets a line of progress a part.
    """
    refuse_real_database()
    version = Mark.DEMONSTRATION + "-" + demonstration_version()
    if Mark.objects.filter(name=version).exists():
        return False
    Mark.objects.get_or_create(name=Mark.DEMONSTRATION)
    for part in sorted(demonstration_parts, key=lambda part: part.order):
        write(part.key)
        part.load(write)
    Mark.objects.get_or_create(name=version)
    return True


def demonstration_version() -> str:
    """Return a short hash of everything the demonstration is made from: data files and the code that loads them."""
    digest = hashlib.sha256()
    for config in apps.get_app_configs():
        root = Path(config.path)
        if root.parent != settings.BASE_DIR:
            continue
        for path in sorted([*root.glob("demonstration*.py"), *root.glob("demonstration/*"), *root.glob("data/*")]):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
