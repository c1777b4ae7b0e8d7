"""The roles of the platform. Each is a group; `registries.role_permissions` says what it may do."""

from django.utils.translation import gettext_lazy as _

BOOKER = "booker"
TRAINER = "trainer"
CAMPAIGN = "campaign"
APPROVER = "approver"
FINANCE = "finance"
ADMINISTRATOR = "administrator"

LABELS = {
    BOOKER: _("Booker"),
    TRAINER: _("Trainer"),
    CAMPAIGN: _("Campaign staff"),
    APPROVER: _("Approver"),
    FINANCE: _("Finance"),
    ADMINISTRATOR: _("Administrator"),
}

STAFF_ROLES = frozenset({CAMPAIGN, APPROVER, FINANCE, ADMINISTRATOR})
