"""What surrounds the teaching: one of each, for the two trainers who teach."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from courses.models import Assignment, CalendarAnswer, ExpenseClaim, SchoolHoliday, Trainer, TrainerInvitation
from courses.services import expenses, road_notes, school_holidays, swaps
from courses.services.trainer_invitations import choose_calendar
from courses.services.travel import Place, distance_km
from municipalities.models import County

ROAD = 1.4  # how much longer the road is than the straight line, where there are fjords
NOTE = "Inngangen er på baksiden, og døren låses klokken 16. Ta med egen kabel til skjermen."


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    people = {trainer.user.email: trainer for trainer in Trainer.objects.select_related("user")}
    karim, tone = people.get("trainer@demo.example"), people.get("kursholder-2@demo.example")
    if not (karim and tone) or ExpenseClaim.objects.filter(assignment__trainer=karim).exists():
        return
    claim_for_a_past_session(karim)
    leave_a_note(karim, tone)
    say_no_in_the_calendar(tone)
    agree_on_a_swap(karim, tone)
    put_in_winter_holidays(karim)
    write("  travel expenses, a note, a calendar answer and a swap")


def claim_for_a_past_session(trainer: Trainer) -> None:
    """Let a trainer have driven to the nearest place taught in that is not home, there and back."""
    past = Assignment.objects.filter(trainer=trainer, session__last_ends_at__lt=timezone.now())
    away = past.exclude(session__municipality=None).exclude(session__municipality=trainer.home)
    home = Place.of(trainer.home)
    ways = [(distance_km(home, Place.of(one.session.municipality)) or 0, one.pk, one) for one in away]
    if ways:
        distance, _pk, assignment = min(ways)
        expenses.claim_expenses(
            assignment,
            kilometres=round(2 * distance * ROAD),
            note=f"Fra {trainer.home} til {assignment.session.municipality} og tilbake",
            outlays=[("Bom og ferge", Decimal(412)), ("Parkering", Decimal("87.50"))],
            by=trainer.user,
        )


def leave_a_note(reader: Trainer, writer: Trainer) -> None:
    """Let one trainer have left a note where the other teaches today or next."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Assignment.objects.standing().filter(trainer=reader, session__last_ends_at__gte=today)
    there = mine.filter(session__municipality__isnull=False).select_related("session")
    if assignment := there.order_by("session__first_starts_at", "pk").first():
        road_notes.write_note(assignment.session, NOTE, by=writer.user)


def say_no_in_the_calendar(trainer: Trainer) -> None:
    choose_calendar(trainer, Trainer.CalendarBy.INVITATIONS, by=trainer.user)
    held = TrainerInvitation.objects.live().filter(trainer=trainer).select_related("meeting")
    if invitation := held.order_by("meeting__starts_at").first():
        CalendarAnswer.objects.create(
            trainer=trainer,
            meeting=invitation.meeting,
            answer=CalendarAnswer.Answer.DECLINED,
            email=invitation.email,
            sender=invitation.email,
            uid=invitation.meeting.uid,
            sequence=invitation.sequence,
            comment="Er på reise den dagen.",
            answered_at=timezone.now(),
        )


def agree_on_a_swap(asker: Trainer, colleague: Trainer) -> None:
    for assignment in reversed(coming(asker)):
        if colleague in swaps.colleagues_for(assignment.session):
            swap = swaps.ask_colleague(
                assignment, colleague=colleague, note="Kan du ta denne? Jeg tar gjerne en av dine.", by=asker.user
            )
            swaps.answer_swap(swap, agrees=True, by=colleague.user)
            return


def put_in_winter_holidays(trainer: Trainer) -> None:
    """Let the schools of two counties be closed in a week of the next winter, one after the other."""
    today = timezone.localdate()
    year = today.year if today.month == 1 else today.year + 1
    for number, week in (("46", 9), ("18", 10)):
        monday = date.fromisocalendar(year, week, 1)
        school_holidays.add_school_holidays(
            County.objects.filter(pk=number),
            kind=SchoolHoliday.Kind.WINTER,
            first_on=monday,
            last_on=monday + timedelta(days=4),
            source="https://fylke.demo.example/skolerute",
            by=trainer.user,
        )


def coming(trainer: Trainer):
    ahead = Assignment.objects.standing().filter(trainer=trainer, session__first_starts_at__gt=timezone.now())
    return ahead.select_related("session__course").order_by("session__first_starts_at", "pk")
