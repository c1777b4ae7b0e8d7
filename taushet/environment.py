"""Reading the `TAUSHET_*` variables: the only place that looks at the environment."""

import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return a variable as it stands, without surrounding space."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    """Return whether a variable is switched on; raise ImproperlyConfigured on anything unclear."""
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    if value == "":
        return default
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    """Return a variable as a whole number; raise ImproperlyConfigured when it is none."""
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated variable as a list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, known: tuple[str, ...]) -> str:
    """Return a variable that is one of some words, the first unless set; raise ImproperlyConfigured on another."""
    value = text(name) or known[0]
    if value not in known:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(known)}, not {value!r}.")
    return value


def loopback(name: str) -> str:
    """Return an address on this machine, or nothing; raise ImproperlyConfigured when it leads to another one."""
    value = text(name).rstrip("/")
    if value and urlsplit(value).hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ImproperlyConfigured(f"{name} is for a stand-in on this machine; {value!r} leads elsewhere.")
    return value


def structure(name: str, default: object) -> object:
    """Return a variable that holds JSON; raise ImproperlyConfigured when it is not."""
    value = text(name)
    if not value:
        return default
    try:
        return json.loads(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must hold JSON: {error}") from error


def secret(name: str, *, fallback: str | None) -> str:
    """Return a secret; raise ImproperlyConfigured when it is missing and nothing may stand in."""
    value = text(name) or fallback
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. See the settings in README.md.")
    return value


def kept_secret(path: Path) -> str:
    """Return the random secret in a file that only its owner can read, making it the first time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()
