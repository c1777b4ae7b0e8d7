"""What municipalities offers to the rest of the house."""

from taushet import roles
from taushet.registries import DemonstrationPart, RolePermissions, demonstration_parts, role_permissions

from .services import demonstration


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
    *allowed("contactperson", "view", "add", "change", "delete"),
    *allowed("membership", "view", "change"),
)

for role, permissions in {
    roles.CAMPAIGN: WORK,
    roles.APPROVER: SEE,
    roles.FINANCE: (*SEE, *allowed("unit", "add", "change")),
    roles.ADMINISTRATOR: (*WORK, *allowed("municipality", "change"), *allowed("indicator", "add", "change")),
}.items():
    role_permissions.register(RolePermissions(key=f"municipalities-{role}", role=role, permissions=permissions))

demonstration_parts.register(DemonstrationPart(key="registry", order=10, load=demonstration.load))
