"""Who teaches, and what ends when somebody no longer does."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import transaction

from courses.models import Course, Trainer
from municipalities.models import County, Municipality
from taushet.models import User
from taushet.roles import TRAINER
from taushet.services import audit, links

from .feeds import TRAINER_FEED, close_feed
from .trainer_offers import lock_line, pass_over


@transaction.atomic
def register_trainer(
    user: User,
    *,
    courses: Iterable[Course],
    second_courses: Iterable[Course] = (),
    fee: Decimal | None = None,
    by: User | None = None,
    **profile,
) -> Trainer:
    """Make a person a trainer, with the role and a private calendar address."""
    trainer = Trainer.objects.create(user=user, fee=fee)
    trainer.courses.set(courses)
    trainer.second_courses.set(second_courses)
    _write_profile(trainer, **profile)
    _give_role(user)
    links.issue_link(TRAINER_FEED, trainer.pk)
    audit.record("trainer.registered", trainer, by=by)
    return trainer


@transaction.atomic
def change_trainer(
    trainer: Trainer,
    *,
    courses: Iterable[Course],
    second_courses: Iterable[Course],
    fee: Decimal | None,
    is_active: bool,
    by: User,
    **profile,
) -> Trainer:
    """Change what a trainer may teach, for what fee, and the profile (`change_profile`).

    One who is no longer active loses the calendar address; one who becomes active again has the role again.
    """
    if not is_active:
        lock_line(trainer)
    trainer.is_active, trainer.fee = is_active, fee
    trainer.save(update_fields=["is_active", "fee"])
    trainer.courses.set(courses)
    trainer.second_courses.set(second_courses)
    _write_profile(trainer, **profile)
    if is_active:
        _give_role(trainer.user)
    else:
        close_feed(trainer)
        pass_over(trainer)
    audit.record("trainer.changed", trainer, by=by, is_active=is_active)
    return trainer


@transaction.atomic
def change_profile(trainer: Trainer, *, by: User, **profile) -> Trainer:
    """Change what trainers say of themselves: languages, counties, home, limits and where they are not impartial."""
    _write_profile(trainer, **profile)
    audit.record("trainer.profile_changed", trainer, by=by)
    return trainer


def _write_profile(
    trainer: Trainer,
    *,
    teaches_nb: bool = True,
    teaches_nn: bool = False,
    counties: Iterable[County] = (),
    home: Municipality | None = None,
    most_a_week: int | None = None,
    most_a_month: int | None = None,
    impartial_in: Iterable[Municipality] = (),
) -> None:
    trainer.teaches_nb, trainer.teaches_nn, trainer.home = teaches_nb, teaches_nn, home
    trainer.most_a_week, trainer.most_a_month = most_a_week, most_a_month
    trainer.save(update_fields=["teaches_nb", "teaches_nn", "home", "most_a_week", "most_a_month"])
    trainer.counties.set(counties)
    trainer.impartial_in.set(impartial_in)


@transaction.atomic
def dismiss_trainer(user: User, by: User | None) -> None:
    """End the trainer side of a person who is deactivated (a Deactivation). Sessions stay and wait for another."""
    for trainer in Trainer.objects.filter(user=user):
        lock_line(trainer)
        trainer.is_active = False
        trainer.save(update_fields=["is_active"])
        close_feed(trainer)
        pass_over(trainer)
        audit.record("trainer.dismissed", trainer, by=by)


def _give_role(user: User) -> None:
    user.groups.add(Group.objects.get_or_create(name=TRAINER)[0])
