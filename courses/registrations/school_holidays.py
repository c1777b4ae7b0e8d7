"""What school holidays bring into the registries."""

from taushet import roles
from taushet.registries import RolePermissions, role_permissions

PERMISSIONS = ("courses.view_schoolholiday", "courses.add_schoolholiday", "courses.delete_schoolholiday")

for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"school-holidays-{role}", role, PERMISSIONS))
