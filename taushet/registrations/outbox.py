"""What the outbox and the worker bring into the registries."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from taushet import roles, tasks
from taushet.models import Message
from taushet.registries import (
    PeriodicTask,
    RolePermissions,
    SearchSource,
    TodayCard,
    message_kinds,
    periodic_tasks,
    role_permissions,
    search_sources,
    today_cards,
)
from taushet.searches import holds
from taushet.services.protection import hidden_addresses, leave_out_hidden

READ = "taushet.read_outbox"
STEER = "taushet.steer_outbox"

periodic_tasks.register(PeriodicTask("retention", timedelta(days=1), tasks.apply_retention.enqueue))
periodic_tasks.register(PeriodicTask("dead-codes", timedelta(minutes=10), tasks.close_dead_codes.enqueue))

role_permissions.register(RolePermissions("outbox-campaign", roles.CAMPAIGN, (READ, STEER)))
role_permissions.register(RolePermissions("outbox-approver", roles.APPROVER, (READ,)))
role_permissions.register(RolePermissions("outbox-administrator", roles.ADMINISTRATOR, (READ, STEER)))


def mail_in_trouble(user):
    """Say how many messages need a person, by what is wrong with them."""
    sentences = {
        Message.State.UNKNOWN: lambda n: ngettext(
            "%(n)s message may or may not have been sent", "%(n)s messages may or may not have been sent", n
        ),
        Message.State.FAILED: lambda n: ngettext(
            "%(n)s message was not delivered", "%(n)s messages were not delivered", n
        ),
        Message.State.HELD: lambda n: ngettext("%(n)s message is held back", "%(n)s messages are held back", n),
    }
    elsewhere = [kind.key for kind in message_kinds if kind.has_own_card]
    for state, sentence in sentences.items():
        if count := Message.objects.filter(state=state).exclude(kind__in=elsewhere).count():
            yield sentence(count) % {"n": count}, reverse("outbox_list", query={"state": state})
    late = Message.objects.due(timezone.now() - timedelta(minutes=15)).count()
    if late:
        sentence = ngettext(
            "%(n)s message should have left 15 minutes ago", "%(n)s messages should have left 15 minutes ago", late
        )
        yield sentence % {"n": late}, reverse("outbox_list", query={"state": Message.State.QUEUED})


def failed_work(user):
    """Say which background tasks failed for good lately."""
    since = timezone.now() - timedelta(days=14)
    for job in DBTaskResult.objects.failed().filter(finished_at__gte=since).order_by("-finished_at")[:10]:
        url = reverse("admin:django_tasks_database_dbtaskresult_change", args=[job.pk])
        yield gettext("%(task)s could not be done") % {"task": job.task_path.rpartition(".")[2]}, url


today_cards.register(TodayCard("mail", _("Mail in trouble"), READ, mail_in_trouble))
today_cards.register(
    TodayCard("work", _("Background work that failed"), "django_tasks_database.view_dbtaskresult", failed_work)
)


def find_messages(user, text):
    found = Message.objects.filter(holds(text, "to_email", "to_name")).exclude(to_email="")
    found = list(leave_out_hidden(found, user).only("to_email", "subject", "state", "created_at")[:20])
    hidden = hidden_addresses(message.to_email for message in found)
    for message in found:
        to = gettext("Protected name") if message.to_email.lower() in hidden else message.to_email
        detail = f"{to} · {message.get_state_display()}"
        yield message.subject, detail, reverse("outbox_detail", args=[message.pk])


search_sources.register(SearchSource("messages", _("Mail"), READ, find_messages))
