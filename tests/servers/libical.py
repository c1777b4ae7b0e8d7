"""libical, which the calendars of GNOME and many servers read with: the machine's own, asked through its C interface.

It is installed with the package manager when it is missing, like the browser of the journeys.
"""

import ctypes
import ctypes.util
import os
import shutil
import subprocess
from pathlib import Path

NAMES = ["libical.so.3", "libical.dylib", "/opt/homebrew/opt/libical/lib/libical.dylib"]


class Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = [
        *(
            (name, ctypes.c_int)
            for name in ["year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight"]
        ),
        ("zone", ctypes.c_void_p),
    ]


def load_libical() -> ctypes.CDLL | None:
    """Return the library with its signatures, or None when there is none."""
    for name in filter(None, [ctypes.util.find_library("ical"), *NAMES]):
        if "/" in name and not Path(name).exists():
            continue
        try:
            return with_signatures(ctypes.CDLL(name))
        except OSError:
            continue
    return None


def with_signatures(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("icalparser_parse_string", pointer, [text]),
        ("icalcomponent_string_to_kind", number, [text]),
        ("icalcomponent_get_first_component", pointer, [pointer, number]),
        ("icalcomponent_get_next_component", pointer, [pointer, number]),
        ("icalcomponent_count_errors", number, [pointer]),
        ("icalrestriction_check", number, [pointer]),
        ("icalcomponent_get_uid", text, [pointer]),
        ("icalcomponent_get_summary", text, [pointer]),
        ("icalcomponent_get_location", text, [pointer]),
        ("icalcomponent_get_description", text, [pointer]),
        ("icalcomponent_get_sequence", number, [pointer]),
        ("icalcomponent_get_dtstart", Time, [pointer]),
        ("icalcomponent_get_dtend", Time, [pointer]),
        ("icaltime_as_timet_with_zone", ctypes.c_long, [Time, pointer]),
        ("icalcomponent_free", None, [pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def read_with_libical(library: ctypes.CDLL, content: bytes) -> list[tuple]:
    """Return uid, title, place and the two moments, in seconds, of each event; raises ValueError at any fault."""
    root = library.icalparser_parse_string(content)
    if not root:
        raise ValueError("libical reads nothing.")
    try:
        if not library.icalrestriction_check(root) or library.icalcomponent_count_errors(root):
            raise ValueError("libical finds faults.")
        kind = library.icalcomponent_string_to_kind(b"VEVENT")
        events, event = [], library.icalcomponent_get_first_component(root, kind)
        while event:
            events.append(_event(library, event))
            event = library.icalcomponent_get_next_component(root, kind)
        return events
    finally:
        library.icalcomponent_free(root)


def _event(library: ctypes.CDLL, event: int) -> tuple:
    times = [library.icalcomponent_get_dtstart(event), library.icalcomponent_get_dtend(event)]
    texts = [getattr(library, f"icalcomponent_get_{name}")(event) for name in ("uid", "summary", "location")]
    moments = [library.icaltime_as_timet_with_zone(time, time.zone) for time in times]
    return (*((text or b"").decode() for text in texts), *moments)


def ensure_libical(*, may_ask: bool = False) -> bool:
    """Install libical where it is missing and that takes no password; returns whether it is there."""
    if load_libical() is not None:
        return True
    if shutil.which("apt-get"):
        sudo = "" if os.geteuid() == 0 else "sudo " if may_ask else "sudo -n "
        command = f"{sudo}apt-get update -qq && {sudo}apt-get install -y -qq --no-install-recommends '^libical3(t64)?$'"
    elif shutil.which("brew"):
        command = "brew install libical"
    else:
        return False
    print(f"Installing libical: {command}", flush=True)
    subprocess.run(["sh", "-c", command], check=False, stdout=subprocess.DEVNULL)
    return load_libical() is not None
