"""How a person becomes a trainer who was not here before: invited by mail, with a profile made in the same step."""

from collections.abc import Iterable

from django.db import transaction

from courses.models import Course, Trainer
from municipalities.models import County
from taushet.models import User
from taushet.roles import TRAINER
from taushet.services import people

from .trainers import register_trainer


@transaction.atomic
def invite_trainer(
    *,
    name: str,
    email: str,
    language: str,
    courses: Iterable[Course],
    second_courses: Iterable[Course] = (),
    counties: Iterable[County] = (),
    by: User,
) -> Trainer:
    """Invite a person by mail as a trainer, the profile begun; the trainer finishes it after the first sign-in.

    Raises PeopleError when the address is taken: whoever is here already is made a trainer without an invitation.
    """
    user = people.invite(name=name, email=email, house="", roles=[TRAINER], language=language, by=by)
    trainer = register_trainer(user, courses=courses, second_courses=second_courses, counties=counties, by=by)
    trainer.is_new = True
    trainer.save(update_fields=["is_new"])
    return trainer


@transaction.atomic
def finish_joining(trainer: Trainer) -> None:
    """Put down that a new trainer has gone through the own profile."""
    Trainer.objects.filter(pk=trainer.pk).update(is_new=False)
