"""What people bring into the registries."""

from taushet import roles
from taushet.demonstration import load_people
from taushet.registries import DemonstrationPart, RolePermissions, demonstration_parts, role_permissions

role_permissions.register(
    RolePermissions(
        "people",
        roles.ADMINISTRATOR,
        ("taushet.view_user", "taushet.add_user", "taushet.change_user", "taushet.read_audit"),
    )
)
demonstration_parts.register(DemonstrationPart("people", 20, load_people))
