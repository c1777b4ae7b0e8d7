import pytest
from auditlog.registry import auditlog
from django.contrib import admin
from django.test import RequestFactory

from tests.factories.taushet import StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser_request():
    request = RequestFactory().get("/admin/")
    request.user = StaffFactory(is_superuser=True, is_staff=True)
    return request


def test_the_log_watches_everything_superusers_may_change(superuser_request):
    changeable = [
        model
        for model, pages in admin.site._registry.items()
        if pages.has_add_permission(superuser_request)
        or pages.has_change_permission(superuser_request)
        or pages.has_delete_permission(superuser_request)
    ]

    assert changeable
    unwatched = {model._meta.label for model in changeable if not auditlog.contains(model)}
    assert unwatched == {"municipalities.ContactPerson"}  # its own pages tell the audit, without the name


def test_who_has_access_is_no_reference_data():
    labels = {model._meta.app_label for model in admin.site._registry}

    assert labels & {"auth", "account", "mfa", "socialaccount", "usersessions"} == set()
