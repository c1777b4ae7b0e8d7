import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from taushet import registries, roles
from taushet.registries import Registry, RolePermissions
from taushet.services.roles import sync_roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def registered(monkeypatch):
    registry = Registry()
    monkeypatch.setattr("taushet.services.roles.role_permissions", registry)
    return registry


def names_of(role):
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


def test_every_role_is_a_group_after_migrating():
    assert set(roles.LABELS) <= set(Group.objects.values_list("name", flat=True))


def test_the_registered_permissions_are_the_ones_of_the_groups():
    granted = {
        (group.name, f"{permission.content_type.app_label}.{permission.codename}")
        for group in Group.objects.filter(name__in=roles.LABELS)
        for permission in group.permissions.select_related("content_type")
    }

    assert granted == {(entry.role, name) for entry in registries.role_permissions for name in entry.permissions}


def test_syncing_twice_changes_nothing_and_takes_back_what_is_not_registered(registered):
    registered.register(RolePermissions("one", roles.FINANCE, ("taushet.view_user",)))
    Group.objects.get(name=roles.FINANCE).permissions.add(Permission.objects.get(codename="read_audit"))

    sync_roles("taushet")
    sync_roles("taushet")

    assert "view_user" in names_of(roles.FINANCE)
    assert "read_audit" not in names_of(roles.FINANCE)


def test_a_permission_that_does_not_exist_is_named(registered):
    registered.register(RolePermissions("wrong", roles.FINANCE, ("courses.chnage_session",)))

    with pytest.raises(ImproperlyConfigured, match=r"'wrong'.*'finance'.*'courses.chnage_session'"):
        sync_roles("taushet")


def test_an_app_that_does_not_exist_is_named(registered):
    registered.register(RolePermissions("wrong", roles.FINANCE, ("cources.view_session",)))

    with pytest.raises(ImproperlyConfigured, match=r"cources\.view_session"):
        sync_roles("taushet")


def test_a_role_that_does_not_exist_is_named(registered):
    registered.register(RolePermissions("wrong", "boss", ()))

    with pytest.raises(ImproperlyConfigured, match="'boss'"):
        sync_roles("taushet")


def test_nobody_but_administrators_manages_people():
    managing = Permission.objects.get(codename="change_user")

    assert set(managing.group_set.values_list("name", flat=True)) == {roles.ADMINISTRATOR}


def test_checks_pass():
    call_command("check")
