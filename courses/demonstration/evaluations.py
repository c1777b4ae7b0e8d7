"""Answers to the evaluation of sessions that were held; invented, and some too few to be shown."""

from collections.abc import Callable

from django.db import transaction

from courses.models import EvaluationAnswer, EvaluationRound, Session
from courses.services.evaluations import OPEN_FOR, PAUSE, release_answers

ANSWERS, TOO_FEW = 7, 3
TEXTS = ("", "Mer tid til øvelsene.", "", "Gjerne flere eksempler fra små kommuner.", "Fint å møte de andre.", "", "")


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    held = Session.objects.filter(is_demonstration=True, state=Session.State.HELD).order_by("pk")
    if EvaluationRound.objects.filter(session__in=held).exists():
        return
    for index, session in enumerate(held):
        opens_at = session.last_ends_at + PAUSE
        round_ = EvaluationRound.objects.create(
            session=session,
            wave=EvaluationRound.Wave.AFTER,
            asked_count=10,
            opens_at=opens_at,
            closes_at=opens_at + OPEN_FOR,
        )
        EvaluationAnswer.objects.bulk_create(
            EvaluationAnswer(
                round=round_,
                useful=4 + (number + index) % 2,
                sure_to_ask=3 + (number + index) % 3,
                sure_to_act=3 + number % 2,
                text=TEXTS[number],
            )
            for number in range(TOO_FEW if index == TOO_FEW else ANSWERS)
        )
    write(f"  {release_answers()} answers to evaluations")
