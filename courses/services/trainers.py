"""Who teaches, and what ends when somebody no longer does."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import transaction

from courses.models import Course, Trainer
from municipalities.models import County
from taushet.models import User
from taushet.roles import TRAINER
from taushet.services import audit, links

from .feeds import TRAINER_FEED, close_feed


@transaction.atomic
def register_trainer(
    user: User,
    *,
    courses: Iterable[Course],
    counties: Iterable[County] = (),
    teaches_nb: bool = True,
    teaches_nn: bool = False,
    by: User | None = None,
) -> Trainer:
    """Make a person a trainer, with the role and a private calendar address."""
    trainer = Trainer.objects.create(user=user, teaches_nb=teaches_nb, teaches_nn=teaches_nn)
    trainer.courses.set(courses)
    trainer.counties.set(counties)
    _give_role(user)
    links.issue_link(TRAINER_FEED, trainer.pk)
    audit.record("trainer.registered", trainer, by=by)
    return trainer


@transaction.atomic
def change_trainer(
    trainer: Trainer,
    *,
    courses: Iterable[Course],
    counties: Iterable[County],
    teaches_nb: bool,
    teaches_nn: bool,
    is_active: bool,
    by: User,
) -> Trainer:
    """Change what a trainer may teach and where.

    One who is no longer active loses the calendar address; one who becomes active again has the role again.
    """
    trainer.teaches_nb, trainer.teaches_nn, trainer.is_active = teaches_nb, teaches_nn, is_active
    trainer.save(update_fields=["teaches_nb", "teaches_nn", "is_active"])
    trainer.courses.set(courses)
    trainer.counties.set(counties)
    if is_active:
        _give_role(trainer.user)
    else:
        close_feed(trainer)
    audit.record("trainer.changed", trainer, by=by, is_active=is_active)
    return trainer


@transaction.atomic
def dismiss_trainer(user: User, by: User | None) -> None:
    """End the trainer side of a person who is deactivated (a Deactivation). Sessions stay and wait for another."""
    for trainer in Trainer.objects.filter(user=user):
        trainer.is_active = False
        trainer.save(update_fields=["is_active"])
        close_feed(trainer)
        audit.record("trainer.dismissed", trainer, by=by)


def _give_role(user: User) -> None:
    user.groups.add(Group.objects.get_or_create(name=TRAINER)[0])
