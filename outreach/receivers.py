"""Where signals of other packages end."""

from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from outreach.triggers import install_triggers


@receiver(post_migrate, dispatch_uid="outreach_triggers")
def keep_triggers(sender, using, **kwargs):
    if sender.name == "outreach":
        install_triggers(connections[using])
