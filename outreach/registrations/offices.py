"""What those who hold office bring into the registries: who may see and change them, what waits, and the search."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from outreach.demonstration import facts
from outreach.demonstration import offices as demonstration
from outreach.models import Mandate, OfficeTask, Politician
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    RolePermissions,
    SearchSource,
    TodayCard,
    demonstration_parts,
    role_permissions,
    search_sources,
    today_cards,
)
from taushet.searches import holds

MOST_ON_A_CARD = 20
SEE = ("outreach.view_mandate", "outreach.view_politician")
CHANGE = (*SEE, "outreach.change_mandate")
for role, permissions in {roles.CAMPAIGN: CHANGE, roles.APPROVER: SEE, roles.ADMINISTRATOR: CHANGE}.items():
    role_permissions.register(RolePermissions(f"offices-{role}", role, permissions))


def offices_to_look_after(user):
    tasks = OfficeTask.objects.waiting().select_related("mandate__politician", "mandate__body")
    return [
        (f"{task.mandate}: {task.get_reason_display()}", task.get_absolute_url()) for task in tasks[:MOST_ON_A_CARD]
    ]


today_cards.register(
    TodayCard("office-tasks", _("Offices to look after"), "outreach.change_mandate", offices_to_look_after, order=51)
)


def find_politicians(user, text):
    """Everybody whose name holds every word asked for."""
    found = Politician.objects.exclude(last_name="")
    for word in text.split():
        found = found.filter(holds(word, "first_name", "last_name"))
    found = list(found[:20])
    offices = {}
    for mandate in Mandate.objects.in_office().filter(politician__in=found).select_related("body"):
        offices.setdefault(mandate.politician_id, []).append(
            f"{mandate.title or mandate.get_role_display()}, {mandate.body}"
        )
    for politician in found:
        yield (
            str(politician),
            " · ".join(offices.get(politician.pk, [])) or str(_("no office now")),
            reverse("outreach:politician_detail", args=[politician.pk]),
        )


search_sources.register(SearchSource("politicians", _("Politicians"), "outreach.view_politician", find_politicians))
demonstration_parts.register(DemonstrationPart("offices", order=61, load=demonstration.load))
demonstration_parts.register(DemonstrationPart("facts", order=62, load=facts.load))
