"""What the retention rules of bookings erase. Each function returns how many rows it changed.

Erased means emptied: municipality, seats, price and states stay, so that what was held can still be counted.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from courses.models import (
    AddressChange,
    Assignment,
    AttendanceMark,
    Availability,
    AvailabilityException,
    Booking,
    Certificate,
    ChangeRequest,
    ConfirmedAddress,
    HandOver,
    Participant,
    PaymentCase,
    RequestOffer,
    Trainer,
)
from taushet.models import SecretLink, StoredFile, User
from taushet.services import audit

TWO_YEARS = timedelta(days=731)
YEAR = timedelta(days=366)
MONTH = timedelta(days=30)
AT_ONCE = 200
BOOKING_LINKS = ("booking", "booking-second", "booking-receipt", "booking-confirm", "booking-handover", "signup")
PARTICIPANT_LINKS = ("participant", "participant-address")
CONTACT_FIELDS = (
    "contact_name",
    "contact_email",
    "contact_phone",
    "contact_role",
    "second_name",
    "second_email",
    "invoice_reference",
)


def erase_bookings(now: datetime) -> int:
    """Empty bookings, and the names in them, two years after their course."""
    return _in_turns(Booking.objects.filter(erased_at=None, session__last_ends_at__lt=now - TWO_YEARS), now)


def erase_unconfirmed(now: datetime) -> int:
    """Empty bookings that nobody ever confirmed, a month after they ended; not while money for them waits for staff."""
    due = Booking.objects.filter(erased_at=None, confirmed_at=None, ended_at__lt=now - MONTH)
    return _in_turns(due.exclude(payment_cases__in=PaymentCase.objects.waiting()), now)


def _in_turns(due: QuerySet[Booking], now: datetime) -> int:
    erased = 0
    while numbers := list(due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        _empty(numbers, now)
        erased += len(numbers)
    return erased


@transaction.atomic
def _empty(numbers: list[int], now: datetime) -> None:
    participants = Participant.objects.filter(booking__in=numbers)
    _revoke(PARTICIPANT_LINKS, list(participants.values_list("pk", flat=True)), now)
    _revoke(BOOKING_LINKS, numbers, now)
    erase_certificates(participants, now)
    erase_address_changes(participants)
    participants.update(**dict.fromkeys(Participant.PERSONAL, ""), erased_at=now)
    HandOver.objects.filter(booking__in=numbers).update(name="", email="", ended_at=now)
    ChangeRequest.objects.filter(booking__in=numbers).update(words="", answer="")
    Booking.objects.filter(pk__in=numbers).update(**dict.fromkeys(CONTACT_FIELDS, ""), erased_at=now)
    for number in numbers:
        audit.record("booking.erased", Booking(pk=number), kind="clock")


def erase_participants(now: datetime) -> int:
    """Forget a month after the course how participants were reached, and those altogether who did not take part."""
    over = Participant.objects.filter(erased_at=None, booking__session__last_ends_at__lt=now - MONTH)
    reached = over.filter(~Q(email="") | ~Q(workplace="") | ~Q(role=""))
    erased = 0
    while numbers := list(reached.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        erased += _forget_how_to_reach(numbers)
    left = over.exclude(state=Participant.State.ACTIVE)
    while numbers := list(left.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        erased += _forget_who_left(numbers, now)
    return erased


@transaction.atomic
def _forget_how_to_reach(numbers: list[int]) -> int:
    participants = Participant.objects.filter(pk__in=numbers)
    erase_address_changes(participants)
    return participants.update(email="", workplace="", role="")


@transaction.atomic
def _forget_who_left(numbers: list[int], now: datetime) -> int:
    _revoke(PARTICIPANT_LINKS, numbers, now)
    erase_certificates(Participant.objects.filter(pk__in=numbers), now)
    return Participant.objects.filter(pk__in=numbers).update(**dict.fromkeys(Participant.PERSONAL, ""), erased_at=now)


@transaction.atomic
def erase_certificates(participants: QuerySet[Participant], now: datetime) -> int:
    """Empty the certificates of participants and delete their documents; their codes are then not known any more.

    That somebody had one stays as a number. Whoever erases a participant calls it in the same transaction.
    """
    certificates = Certificate.objects.filter(participant__in=participants.values("pk"), erased_at=None)
    numbers = list(certificates.values_list("pk", flat=True))
    files = list(certificates.exclude(file=None).values_list("file", flat=True))
    Certificate.objects.filter(pk__in=numbers).update(name="", code=None, file=None, erased_at=now)
    StoredFile.objects.filter(pk__in=files).delete()
    return len(numbers)


def erase_address_changes(participants: QuerySet[Participant]) -> None:
    """Forget the addresses that participants wanted to be reached at."""
    changes = AddressChange.objects.filter(participant__in=participants.values("pk"))
    changes.filter(ended_at=None).update(ended_at=timezone.now())
    changes.exclude(email="").update(email="")


def erase_hand_overs(now: datetime) -> int:
    """Forget who was asked to take over a booking, a month after."""
    HandOver.objects.filter(created_at__lt=now - MONTH, ended_at=None).update(ended_at=now)
    return HandOver.objects.filter(created_at__lt=now - MONTH).exclude(email="").update(name="", email="")


def erase_attendance(now: datetime) -> int:
    """Forget a year after the course who was there; of each person's marks the one that counts stays, about nobody."""
    due = AttendanceMark.objects.filter(meeting__session__last_ends_at__lt=now - YEAR, participant__isnull=False)
    erased = 0
    while sessions := list(due.order_by("meeting__session").values_list("meeting__session", flat=True).distinct()[:20]):
        erased += _erase_marks(AttendanceMark.objects.filter(meeting__session__in=sessions))
    return erased


@transaction.atomic
def _erase_marks(marks: QuerySet[AttendanceMark]) -> int:
    last = {}
    for number, *whose in marks.exclude(participant=None).in_order().values_list("pk", "participant", "meeting"):
        last[tuple(whose)] = number
    marks.exclude(participant=None).exclude(pk__in=last.values()).delete()
    return AttendanceMark.objects.filter(pk__in=last.values()).update(participant=None, made_by=None)


def erase_addresses(now: datetime) -> int:
    """Forget that an address has proved itself, two years after, when no booking has it any more."""
    in_use = Booking.objects.filter(Q(contact_email=OuterRef("email")) | Q(second_email=OuterRef("email")))
    old = ConfirmedAddress.objects.filter(~Exists(in_use), confirmed_at__lt=now - TWO_YEARS)
    return old.delete()[0]


def close_links_of(user: User, by: User | None) -> None:
    """Close the links to bookings and sign-ups of a person who is deactivated; called in that transaction."""
    now = timezone.now()
    contacts = Booking.objects.filter(contact_email=user.email).values_list("pk", flat=True)
    seconds = Booking.objects.filter(second_email=user.email).values_list("pk", flat=True)
    participants = Participant.objects.filter(email=user.email).values_list("pk", flat=True)
    _revoke(("booking", "booking-confirm", "booking-receipt"), list(contacts), now)
    _revoke(("booking-second",), list(seconds), now)
    asked = HandOver.objects.filter(email=user.email, ended_at=None)
    _revoke(("booking-handover",), list(asked.values_list("booking", flat=True)), now)
    asked.update(ended_at=now)
    _revoke(PARTICIPANT_LINKS, list(participants), now)
    ConfirmedAddress.objects.filter(email=user.email).delete()


def _revoke(purposes: tuple[str, ...], numbers: list[int], now: datetime) -> None:
    SecretLink.objects.filter(purpose__in=purposes, subject_id__in=numbers, revoked_at=None).update(revoked_at=now)


def erase_override_reasons(now: datetime) -> int:
    """Forget what spoke against giving a session to a trainer, why it was given even so, and what was written by those
    who left one, two years after it.
    """
    told = Assignment.objects.exclude(overridden=[], leaving_word="")
    due = told.filter(session__last_ends_at__lt=now - TWO_YEARS)
    offers = RequestOffer.objects.exclude(override_reason="").filter(ends_at__lt=now - TWO_YEARS)
    return due.update(overridden=[], override_reason="", leaving_word="") + offers.update(override_reason="")


def erase_trainer_answers(now: datetime) -> int:
    """Forget a year after the session who was asked to teach it and did not; who taught, and who left, stays."""
    kept = [Assignment.State.ACCEPTED, Assignment.State.WITHDRAWN]
    due = Assignment.objects.exclude(state__in=kept).filter(session__last_ends_at__lt=now - YEAR)
    return due.delete()[0]


@transaction.atomic
def erase_availability(now: datetime) -> int:
    """Delete hours and days a month after they have passed, and all of it of those who no longer teach, with the
    home place, the limits and where they are not impartial.
    """
    past = timezone.localdate(now - MONTH)
    gone = Trainer.objects.filter(is_active=False)
    deleted = 0
    for due in (
        Availability.objects.filter(Q(valid_to__lt=past) | Q(trainer__in=gone)),
        AvailabilityException.objects.filter(Q(last_on__lt=past) | Q(trainer__in=gone)),
        Trainer.impartial_in.through.objects.filter(trainer__in=gone),
    ):
        deleted += due.delete()[0]
    told = Q(home__isnull=False) | Q(most_a_week__isnull=False) | Q(most_a_month__isnull=False)
    return deleted + gone.filter(told).update(home=None, most_a_week=None, most_a_month=None)
