"""The admin of outreach lets nothing be changed or deleted that the pages refuse."""

from datetime import date

import pytest
from django.conf import settings
from django.contrib import admin
from django.db.models import ProtectedError
from django.urls import reverse

from outreach.models import LegalHook
from tests.factories.municipalities import CrisisCentreFactory
from tests.factories.outreach import MandateFactory, PoliticianFactory, demand_version, place, wording_draft
from tests.factories.taushet import StaffFactory, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Everything registered, and the fields a superuser may put right. Nothing can be added or deleted.
CORRECTABLE = {
    "Approval": None,
    "Body": ["name"],
    "Demand": None,
    "DemandVersion": None,
    "LegalHook": None,
    "Letter": None,
    "Mailing": None,
    "Mandate": None,
    "Politician": ["first_name", "last_name"],
}


@pytest.fixture
def superuser(client):
    return sign_in(client, StaffFactory(is_superuser=True, is_staff=True))


def test_every_page_of_the_admin_says_what_it_allows(rf, superuser):
    request = rf.get("/admin/")
    request.user = superuser
    found = {}
    for model, pages in admin.site._registry.items():
        if model._meta.app_label != "outreach":
            continue
        assert not pages.has_add_permission(request), model
        assert not pages.has_delete_permission(request), model
        assert "delete_selected" not in pages.get_actions(request), model
        assert not pages.inlines, model
        may_change = pages.has_change_permission(request)
        shown = [name for name in pages.get_fields(request) if name not in pages.get_readonly_fields(request)]
        found[model.__name__] = shown if may_change else None

    assert found == CORRECTABLE


def test_what_is_cited_approved_or_erased_is_refused_by_crafted_requests(client, superuser):
    version = demand_version()
    mandate = MandateFactory(email="gammel@x.example", email_source="nett", email_checked_on=date(2026, 11, 1))
    erased = PoliticianFactory()
    type(erased).objects.filter(pk=erased.pk).update(last_name="", first_name="", erased_at="2026-11-01T10:00Z")
    hook = version.hooks.get()
    url = "admin:outreach_{}_{}".format
    tries = [
        (url("legalhook", "delete"), hook, {"post": "yes"}),
        (url("legalhook", "change"), hook, {"url": "https://annen.example"}),
        (url("demand", "change"), version.demand, {"slug": "annen", "number": 9}),
        (url("mandate", "change"), mandate, {"email": "ny@x.example"}),
        (url("mandate", "delete"), mandate, {"post": "yes"}),
        (url("politician", "change"), erased, {"first_name": "Kari", "last_name": "Igjen"}),
    ]

    assert [client.post(reverse(name, args=[row.pk]), data).status_code for name, row, data in tries] == [403] * 6
    bulk = {"action": "delete_selected", "_selected_action": [hook.pk], "post": "yes"}
    client.post(reverse("admin:outreach_legalhook_changelist"), bulk)
    assert version.hooks.get() == hook
    mandate.refresh_from_db()
    assert mandate.email == "gammel@x.example"
    # Nor does any other way take the citation off what is published, while a draft may still be thrown away.
    with pytest.raises(ProtectedError):
        LegalHook.objects.all().delete()
    wording_draft(version).delete()
    assert LegalHook.objects.get().demand_versions.get() == version


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_admin_speaks_norwegian_throughout(client, superuser, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    place(number="6101")
    centre = CrisisCentreFactory()
    addresses = [
        reverse("admin:index"),
        reverse("admin:municipalities_municipality_changelist"),
        reverse("admin:municipalities_crisiscentre_add"),
        reverse("admin:municipalities_crisiscentre_delete", args=[centre.pk]),
        reverse("admin:outreach_politician_changelist"),
    ]

    pages = [client.get(address).text for address in addresses]

    english = (
        "Skip to main",
        "Toggle theme",
        "Model name",
        "Add link",
        "Deleting the",
        "Sidebar",
        "Breadcrumbs",
        "Error:",
    )
    assert [(word, page) for word in english for page in pages if word in page] == []
    assert "Legg til: krisesenter" in pages[2]
