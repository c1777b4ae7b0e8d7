"""Each role is a group; this keeps its permissions as `registries.role_permissions` says."""

from django.apps import apps
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from taushet.registries import role_permissions
from taushet.roles import LABELS


def role_faults() -> list[str]:
    """Return a sentence for every registered role or permission that does not exist."""
    faults = []
    for entry in role_permissions:
        if entry.role not in LABELS:
            faults.append(f"The registration {entry.key!r} is for the role {entry.role!r}, which does not exist.")
        faults += [
            f"The registration {entry.key!r} gives the role {entry.role!r} the permission {name!r}, "
            "which no model declares."
            for name in entry.permissions
            if not is_declared(name)
        ]
    return faults


def is_declared(permission: str) -> bool:
    """Whether some model declares a permission such as "courses.change_session"."""
    app_label, _dot, codename = permission.partition(".")
    if not apps.is_installed(app_label) and app_label not in apps.app_configs:
        return False
    return any(codename in declared_by(model) for model in apps.get_app_config(app_label).get_models())


def declared_by(model) -> set[str]:
    options = model._meta
    usual = {get_permission_codename(action, options) for action in options.default_permissions}
    return usual | {codename for codename, _name in options.permissions}


@transaction.atomic
def sync_roles(app_label: str) -> None:
    """Give each role exactly the permissions of one app that are registered for it, making the group if needed.

    Raises ImproperlyConfigured when a registered role or permission does not exist anywhere.
    """
    faults = role_faults()
    if faults:
        raise ImproperlyConfigured(" ".join(faults))
    known = {
        f"{app_label}.{permission.codename}": permission
        for permission in Permission.objects.filter(content_type__app_label=app_label)
    }
    for role in LABELS:
        group, _created = Group.objects.get_or_create(name=role)
        wanted = {
            known[name].pk
            for entry in role_permissions
            if entry.role == role
            for name in entry.permissions
            if name in known
        }
        has = set(group.permissions.filter(content_type__app_label=app_label).values_list("pk", flat=True))
        group.permissions.remove(*(has - wanted))
        group.permissions.add(*(wanted - has))
