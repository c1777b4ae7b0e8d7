"""Where signals of other packages end."""

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

from courses.money_guards import install_money_guards
from courses.triggers import install_triggers, lift_triggers


@receiver(pre_migrate, dispatch_uid="courses_triggers_aside")
def let_triggers_stand_aside(sender, using, plan, **kwargs):
    if sender.name == "courses" and plan:
        lift_triggers(connections[using])


@receiver(post_migrate, dispatch_uid="courses_triggers")
def keep_triggers(sender, using, **kwargs):
    if sender.name == "courses":
        install_triggers(connections[using])
        install_money_guards(connections[using])
