"""The calendar that the icalendar library makes of our events: what the own writer is held against."""

import icalendar

from taushet.ical.text import OSLO


def library_calendar(events):
    calendar = icalendar.Calendar()
    for one in events:
        entry = icalendar.Event()
        entry.add("uid", one.uid)
        entry.add("sequence", one.sequence)
        entry.add("dtstamp", one.changed_at)
        entry.add("last-modified", one.changed_at)
        entry.add("dtstart", one.starts_at.astimezone(OSLO))
        entry.add("dtend", one.ends_at.astimezone(OSLO))
        for field in ("summary", "description", "location", "url", "status"):
            entry.add(field, getattr(one, field))
        entry.add("transp", "OPAQUE" if one.is_busy else "TRANSPARENT")
        entry.add("x-microsoft-cdo-busystatus", "BUSY" if one.is_busy else "FREE")
        calendar.add_component(entry)
    return calendar.to_ical()
