"""One of several processes that want the same seats: `python -m tests.bench.rush SESSION OTHER NUMBER`.

Books once in another session first, since a process of the web has worked before a rush begins. Says "ready", waits for
a line, then books eight times as fast as it can. Prints what a visitor would have been answered each time: 302 booked,
200 a clear no, 500 an error.
"""

import logging
import sys

import django

django.setup()

from courses.exceptions import CoursesError  # noqa: E402
from courses.models import Session  # noqa: E402
from courses.services.bookings import book_seats  # noqa: E402
from municipalities.models import Municipality  # noqa: E402

TRIES = 8


def main(session_id: str, other_id: str, number: str) -> None:
    session, other = (Session.objects.select_related("course").get(pk=pk) for pk in (session_id, other_id))
    places = list(Municipality.objects.current().order_by("pk")[:TRIES])
    status_of(other, places[0], f"before-{number}")
    print("ready", flush=True)
    sys.stdin.readline()
    print(*(status_of(session, place, f"rush-{number}-{turn}") for turn, place in enumerate(places)), flush=True)


def status_of(session: Session, municipality: Municipality, name: str) -> int:
    """Try to book one seat, and tell how it went as the status the page would have answered."""
    try:
        book_seats(
            session,
            request_key=f"{name}-of-{session.pk}",
            municipality=municipality,
            seats=1,
            contact_name="Kari Nordmann",
            contact_email=f"{name}@maling.example",
            contact_phone="+4722331160",
            language="nb",
        )
    except CoursesError:
        return 200
    except Exception:
        logging.getLogger(__name__).exception("a booking failed")
        return 500
    return 302


if __name__ == "__main__":
    main(*sys.argv[1:])
