"""Where signals of other packages end."""

from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from courses.money_guards import install_money_guards
from courses.triggers import install_triggers


@receiver(post_migrate, dispatch_uid="courses_triggers")
def keep_triggers(sender, using, **kwargs):
    if sender.name == "courses":
        install_triggers(connections[using])
        install_money_guards(connections[using])
