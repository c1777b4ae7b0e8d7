"""What demands and what they lean on tell the house: who may change them, and what waits."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.models import DemandVersion, LegalHook
from outreach.services.demands.demands import load_demands
from outreach.services.demands.hooks import unchecked_since, with_demands
from outreach.services.demands.pairs import pairs_of
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    RolePermissions,
    TodayCard,
    demonstration_parts,
    role_permissions,
    today_cards,
)

SEE = ("outreach.view_demand",)
CHANGE = (*SEE, "outreach.change_demand")
for role, permissions in {roles.CAMPAIGN: CHANGE, roles.APPROVER: SEE, roles.ADMINISTRATOR: CHANGE}.items():
    role_permissions.register(RolePermissions(f"demands-{role}", role, permissions))


def drafts_to_confirm(user):
    """The drafts of demands, with what each lacks before it can be published."""
    for draft in DemandVersion.objects.filter(published_at=None).select_related("demand").order_by("demand__number"):
        pairs = pairs_of(draft)
        title = _("Demand %(number)d") % {"number": draft.demand.number}
        missing = {code for pair in pairs for code in pair.missing}
        if "nn" in missing:
            lacks = _("nynorsk is missing")
        elif "nb" in missing:
            lacks = _("bokmål is missing")
        elif all(pair.is_confirmed for pair in pairs):
            lacks = _("can be published")
        else:
            lacks = _("has to be confirmed in both forms")
        yield f"{title}: {lacks}", reverse("outreach:wording_draft", args=[draft.demand.slug])


def hooks_to_mend(user):
    """The repealed hooks that a demand leans on, then those nobody has looked up for half a year."""
    today, url = timezone.localdate(), reverse("outreach:hook_list")
    for hook in with_demands(LegalHook.objects.filter(valid_to__lte=today)):
        if hook.leaning:
            numbers = ", ".join(dict.fromkeys(str(version.demand.number) for version in hook.leaning))
            words = {"hook": hook.citation, "numbers": numbers}
            yield _("%(hook)s is repealed. Leaning on it: %(numbers)s") % words, url
    unchecked = LegalHook.objects.filter(unchecked_since(today)).count()
    if unchecked:
        yield _("Legal hooks to look up: %(number)d") % {"number": unchecked}, url


today_cards.register(
    TodayCard(
        "demand-drafts", gettext_lazy("Demands in the making"), "outreach.change_demand", drafts_to_confirm, order=53
    )
)
today_cards.register(TodayCard("hooks", gettext_lazy("Legal hooks"), "outreach.change_demand", hooks_to_mend, order=53))
demonstration_parts.register(DemonstrationPart("demands", order=60, load=load_demands))
