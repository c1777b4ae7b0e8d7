"""What municipalities offers to the rest of the house."""

from auditlog.registry import auditlog
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from taushet import roles
from taushet.registries import (
    Deactivation,
    DemonstrationPart,
    LoggedAction,
    RetentionRule,
    RolePermissions,
    SearchSource,
    TodayCard,
    deactivations,
    demonstration_parts,
    logged_actions,
    retention_rules,
    role_permissions,
    search_sources,
    today_cards,
)
from taushet.searches import holds

from .models import ContactPerson, County, CrisisCentre, Indicator, Membership, Municipality, Unit
from .services import demonstration, erasing, fact_imports, people
from .services.places import find_municipalities


def allowed(model: str, *actions: str) -> tuple[str, ...]:
    return tuple(f"municipalities.{action}_{model}" for action in actions)


SEE = (
    *allowed("county", "view"),
    *allowed("municipality", "view"),
    *allowed("unit", "view"),
    *allowed("crisiscentre", "view"),
    *allowed("indicator", "view"),
    *allowed("fact", "view"),
)
WORK = (
    *SEE,
    *allowed("unit", "add", "change"),
    *allowed("crisiscentre", "add", "change"),
    *allowed("fact", "add"),
    *allowed("indicator", "add", "change"),
    *allowed("contactperson", "view", "add", "change", "delete"),
    *allowed("membership", "view", "change"),
)

for role, permissions in {
    roles.CAMPAIGN: WORK,
    roles.APPROVER: SEE,
    roles.FINANCE: (*SEE, *allowed("unit", "add", "change")),
    roles.ADMINISTRATOR: (*WORK, *allowed("municipality", "change")),
}.items():
    role_permissions.register(RolePermissions(key=f"municipalities-{role}", role=role, permissions=permissions))

demonstration_parts.register(DemonstrationPart(key="registry", order=10, load=demonstration.load))


def waiting_memberships(user):
    waiting = Membership.objects.proposed().filter(user__is_active=True).select_related("user", "municipality")
    url = reverse("municipalities:membership_list")
    return [(f"{row.user}: {row.municipality}", url) for row in waiting.order_by("proposed_at")[:20]]


today_cards.register(
    TodayCard(
        key="memberships",
        title=_("Who belongs to a municipality?"),
        permission="municipalities.change_membership",
        items=waiting_memberships,
    )
)


def search_municipalities(user, text):
    return [
        (place.display_name, f"{place.number}, {place.county.name}", facts_url(place))
        for place in find_municipalities(text)
    ]


def facts_url(place):
    return reverse("municipalities:municipality_facts", args=[place.number])


search_sources.register(
    SearchSource(
        key="municipalities",
        title=_("Municipalities"),
        permission="municipalities.view_municipality",
        find=search_municipalities,
    )
)


def search_people(user, text):
    """Find those who work for a municipality: contact people, and those who belong to one."""
    contacts = ContactPerson.objects.filter(holds(text, "name", "email")).select_related("municipality")
    found = [(row.name, row.email, row.municipality) for row in contacts.order_by("name", "pk")[:20]]
    members = Membership.objects.filter(holds(text, "user__name", "user__email"), ended_at=None)
    members = members.select_related("user", "municipality").order_by("user__name", "pk")
    found += [(str(row.user), row.user.email, row.municipality) for row in members[:20]]
    return [(name, f"{email} · {place.display_name}", facts_url(place)) for name, email, place in found[:20]]


search_sources.register(
    SearchSource(
        key="people-in-municipalities",
        title=_("People in municipalities"),
        permission="municipalities.view_contactperson",
        find=search_people,
    )
)
deactivations.register(Deactivation(key="memberships", apply=people.end_memberships_of))

INTEREST = _("Our legitimate interest (GDPR article 6 (1) f)")
retention_rules.register(
    RetentionRule(
        key="contact-people",
        what=_("Contact people in municipalities: name, role, work e-mail and phone, and where we have them from."),
        purpose=_("To reach the right person about courses and demands."),
        basis=INTEREST,
        keep=_("Until two years after we last checked them, or until you ask us to erase them."),
        apply=erasing.erase_contact_people,
        fields=(
            "municipalities.ContactPerson.name",
            "municipalities.ContactPerson.role",
            "municipalities.ContactPerson.email",
            "municipalities.ContactPerson.phone",
            "municipalities.ContactPerson.source",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="memberships",
        what=_("That you belong to a municipality or a unit, and who confirmed it."),
        purpose=_("To let you see the bookings of your municipality."),
        basis=INTEREST,
        keep=_("As long as it lasts and a year after. A proposal that nobody answers is erased after six months."),
        apply=erasing.erase_memberships,
    )
)

retention_rules.register(
    RetentionRule(
        key="fact-imports",
        what=_("Tables of facts about municipalities that staff put in."),
        purpose=_("To look a table over before it is used."),
        basis=INTEREST,
        keep=_("Until it is used, two weeks at most."),
        apply=fact_imports.empty_imports,
        fields=("municipalities.FactImport.content", "municipalities.FactImport.notes"),
    )
)

# What superusers change in the administration pages. Contact people are left out: this log would keep their names.
for model in (County, Municipality, Unit, Indicator):
    auditlog.register(model, exclude_fields=["changed_at"] if hasattr(model, "changed_at") else [])
auditlog.register(CrisisCentre, m2m_fields={"municipalities"})

LOG_WORDS = {
    "contact.changed": _("Contact person changed"),
    "contact.created": _("Contact person put in"),
    "contact.deleted": _("Contact person deleted"),
    "fact.forgotten": _("Fact taken away"),
    "fact.set": _("Fact put in"),
    "fact.taken_back": _("Fact taken back"),
    "fact_import.discarded": _("Table of facts thrown away"),
    "fact_import.undone": _("Table of facts taken back"),
    "fact_import.written": _("Table of facts saved"),
    "indicator.changed": _("Indicator changed"),
    "indicator.created": _("Indicator made"),
    "membership.confirmed": _("Membership of a municipality confirmed"),
    "membership.ended": _("Membership of a municipality ended"),
    "membership.proposed": _("Membership of a municipality proposed"),
    "membership.refused": _("Membership of a municipality refused"),
    "registry.imported": _("Municipalities imported"),
    "unit.changed": _("Unit changed"),
    "unit.created": _("Unit put in"),
}

for code, words in LOG_WORDS.items():
    logged_actions.register(LoggedAction(code, words))
