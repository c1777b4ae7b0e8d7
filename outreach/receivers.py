"""Where signals of other packages end."""

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

from outreach.triggers import drop_followers, install_triggers


@receiver(post_migrate, dispatch_uid="outreach_triggers")
def keep_triggers(sender, using, **kwargs):
    if sender.name == "outreach":
        install_triggers(connections[using])


@receiver(pre_migrate, dispatch_uid="outreach_triggers_rest")
def rest_triggers(sender, using, plan, **kwargs):
    if sender.name == "outreach" and plan:
        drop_followers(connections[using])
