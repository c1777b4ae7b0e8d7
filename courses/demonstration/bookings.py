"""Bookings of invented people, made the way visitors make them, so that the outbox has something to read."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from courses.models import Booking, ConfirmedAddress, Session
from courses.services.adaptations import tell_adaptation
from courses.services.bookings import book_seats
from courses.services.participants import Person, name_participants
from courses.services.protection import protect_name
from municipalities.models import Municipality
from municipalities.services.people import confirm_membership, propose_membership
from taushet.models import User

KEY = "demonstrasjon-bestilling-{}"
HOME = "1804"
CONTACT = {"contact_phone": "+4780000000", "contact_role": "SLT-koordinator", "unit_name": "Oppvekst og helse"}
NAMES = [
    Person("Ingrid Iversen", "ingrid.iversen@demo.example", "NAV", "Avdelingsleder"),
    Person("Jonas Johnsen", "jonas.johnsen@demo.example", "Barnevernet", "Fagleder"),
]
# One who has asked for protection and needs something, and one without e-mail.
OTHERS = [Person("Kristine Krog", "kristine.krog@demo.example", "Barnehagen", "Styrer"), Person("Åse Ødegård")]


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    if Booking.objects.filter(request_key=KEY.format(1)).exists():
        return
    booker = User.objects.get(email="booker@demo.example")
    staff = User.objects.get(email="campaign@demo.example")
    place = Municipality.objects.get(number=HOME)
    ConfirmedAddress.objects.get_or_create(email=booker.email)
    confirm_membership(propose_membership(booker, place), by=staff)
    sessions = with_room(6)
    own = {"municipality": place, "contact_name": booker.name, "contact_email": booker.email} | CONTACT
    for number, session in enumerate(sessions[:3], start=1):
        booking = book_seats(session, seats=3, request_key=KEY.format(number), takes_part=number == 1, **own)
        if number == 1:
            name_participants(booking, NAMES, request_key=KEY.format("navn"))
        if number == 2:
            protected, _on_paper = name_participants(booking, OTHERS, request_key=KEY.format("andre"))
            tell_adaptation(protected, hearing_loop=True, food="Nøtter")
            protect_name(protected, alias="Fjellrev")
    for number, session in enumerate(sessions[3:4], start=4):
        other = own | {"contact_name": "Nils Nymo", "contact_email": "nils.nymo@demo.example"}
        book_seats(session, seats=2, request_key=KEY.format(number), **other)
    propose_membership(colleague("mona.moe@demo.example", "Mona Moe"), place)
    write("  4 bookings, one waits to be confirmed")


def with_room(seats: int) -> list[Session]:
    """Return the first sessions ahead that anybody may book and that have room."""
    ahead = Session.objects.bookable(timezone.now()).filter(is_demonstration=True, closed_to=None).with_seats_left()
    return list(
        ahead.filter(seats_left__gte=seats)
        .select_related("course", "municipality")
        .order_by("first_starts_at", "pk")[:4]
    )


def colleague(email: str, name: str) -> User:
    user, is_new = User.objects.get_or_create(email=email, defaults={"name": name})
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
