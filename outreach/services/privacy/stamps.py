"""How moments and days are written in what we tell a politician."""

from datetime import date, datetime

from taushet.workdays import OSLO


def stamp(value: datetime | date | None) -> str:
    """Return a moment in Oslo, or a day, as ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(OSLO).isoformat(timespec="minutes")
    return value.isoformat() if value else ""
