"""What other packages tell us. Each receiver only stores or enqueues."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from anymail.signals import inbound, tracking
from django.core.management import call_command
from django.db import transaction
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from taushet.services.delivery import store_event
from taushet.services.inbound import store_inbound
from taushet.services.roles import sync_roles
from taushet.tasks import handle_delivery_event, handle_inbound


@receiver(post_migrate)
def keep_roles(sender, **kwargs):
    """Permissions of an app are made when it has been migrated; then the roles can have them."""
    sync_roles(sender.label)


@receiver(post_migrate)
def make_cache_table(sender, using, **kwargs):
    """Rate limits live in the database cache, so migrating makes its table too."""
    if sender.label == "taushet":
        call_command("createcachetable", database=using, verbosity=0)


@receiver(authenticator_added)
def count_set_up_as_use(sender, request, user, authenticator, **kwargs):
    """Setting up a second factor proves that one has it, so it counts as used in this session."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)


@receiver(tracking)
def keep_delivery_event(sender, event, esp_name, **kwargs):
    """The provider may repeat a report: only the first is stored and enqueued, together."""
    with transaction.atomic():
        stored = store_event(event, esp_name)
        if stored:
            handle_delivery_event.enqueue(stored.pk)


@receiver(inbound)
def keep_inbound_mail(sender, event, esp_name, **kwargs):
    """A mail came in. The provider waits for the answer, so it is only stored; the worker reads it."""
    with transaction.atomic():
        stored = store_inbound(event, esp_name)
        if stored:
            handle_inbound.enqueue(stored.pk)
