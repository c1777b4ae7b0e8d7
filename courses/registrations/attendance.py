"""What attendance tells the house: who may see and take it, and how long it is about people."""

from django.utils.translation import gettext_lazy as _

from courses.demonstration import attendance
from courses.services import erasing
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    RetentionRule,
    RolePermissions,
    demonstration_parts,
    retention_rules,
    role_permissions,
)

TAKE = ("courses.view_attendancemark", "courses.add_attendancemark")

for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"attendance-{role}", role, TAKE))

retention_rules.register(
    RetentionRule(
        key="attendance",
        what=_("Attendance: which participants were at which meeting, who marked it and when."),
        purpose=_("To know who has taken part, and to issue course certificates."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("12 months after the course. After that only the number of people at each meeting is kept."),
        apply=erasing.erase_attendance,
    )
)
demonstration_parts.register(DemonstrationPart("attendance", 60, attendance.load))
