"""What protected names and needs tell the house: who may see them, how long they are kept, what has to be arranged."""

from django.utils.translation import gettext_lazy as _

from courses.services import adaptations, protection
from taushet import roles
from taushet.registries import (
    ProtectedAddresses,
    RetentionRule,
    RolePermissions,
    TodayCard,
    protected_addresses,
    retention_rules,
    role_permissions,
    today_cards,
)

for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"adaptations-{role}", role, (adaptations.SEE, protection.SEE)))

protected_addresses.register(
    ProtectedAddresses("participants", protection.SEE, protection.find_addresses, protection.all_addresses)
)
today_cards.register(
    TodayCard(
        "adaptations", _("Something has to be arranged for participants"), adaptations.SEE, adaptations.to_arrange
    )
)
retention_rules.register(
    RetentionRule(
        key="adaptations",
        what=_("What a participant needs arranged, such as a hearing loop, an interpreter or certain food."),
        purpose=_("To arrange it. Seen by campaign staff who arrange it, and by the trainers a week before."),
        basis=_("Your explicit consent (GDPR articles 6 (1) a and 9 (2) a), which you can take back with one click"),
        keep=_("Until you take back your consent, and never longer than the day after the last meeting."),
        apply=adaptations.delete_adaptations,
        fields=("courses.Adaptation.interpreter", "courses.Adaptation.food", "courses.Adaptation.other"),
    )
)
retention_rules.register(
    RetentionRule(
        key="protected-names",
        what=_("Protected names: the name others see instead, and the name on the course certificate."),
        purpose=_("To let somebody take part without others learning who it is."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("As long as the participant’s name."),
        fields=("courses.Participant.alias", "courses.Participant.certificate_name"),
    )
)
