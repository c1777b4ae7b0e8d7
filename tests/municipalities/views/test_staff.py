import pytest
from django.urls import reverse

from municipalities.models import ContactPerson, Fact, Indicator, Unit
from municipalities.services.facts import set_fact
from taushet.models import AuditEntry
from tests.factories.municipalities import (
    ContactPersonFactory,
    FactFactory,
    IndicatorFactory,
    MembershipFactory,
    MunicipalityFactory,
    UnitFactory,
)
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


@pytest.fixture
def municipality():
    return MunicipalityFactory(number="1804", name="Bodø")


@pytest.fixture
def plan():
    return IndicatorFactory(key="action-plan", kind=Indicator.Kind.YES_NO)


FACT = "/stab/kommuner/1804/opplysning/action-plan/"


def test_fact_is_put_in(client, staff, municipality, plan):
    response = client.post(FACT, {"value": "yes", "observed_on": "2026-03-01", "source": "Sak 5/26"}, follow=True)

    fact = Fact.objects.get()
    assert (fact.value, str(fact.observed_on), fact.source, fact.entered_by) == ("yes", "2026-03-01", "Sak 5/26", staff)
    assert "Sak 5/26" in response.content.decode()


def test_unknown_makes_it_unknown_and_keeps_history(client, staff, municipality, plan):
    FactFactory(municipality=municipality, indicator=plan)

    client.post(FACT, {"value": "", "observed_on": "", "source": ""})

    assert not Fact.objects.current().exists()
    assert Fact.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"value": "maybe", "observed_on": "2026-03-01", "source": "x"}, "value"),
        ({"value": "yes", "observed_on": "", "source": "x"}, "observed_on"),
        ({"value": "yes", "observed_on": "2999-01-01", "source": "x"}, "observed_on"),
        ({"value": "yes", "observed_on": "31.02.2026", "source": "x"}, "observed_on"),
        ({"value": "yes", "observed_on": "2026-03-01", "source": ""}, "source"),
        ({"value": "yes", "observed_on": "2026-03-01", "source": "a\r\nb"}, "source"),
        ({"value": "yes", "observed_on": "2026-03-01", "source": "x" * 301}, "source"),
    ],
)
def test_bad_fact_gets_a_sentence_beside_its_field(client, staff, municipality, plan, data, field):
    response = client.post(FACT, data)

    assert list(response.context["form"].errors) == [field]
    assert len(response.context["form"].errors[field]) == 1
    assert not Fact.objects.exists()


def test_counted_value_has_no_form(client, staff, municipality):
    IndicatorFactory(key="courses-held", knowledge_key="courses_held", kind="number")

    assert client.get("/stab/kommuner/1804/opplysning/courses-held/").status_code == 404


def test_page_of_facts_shows_history(client, staff, municipality, plan):
    for day in ("2026-01-01", "2026-02-01"):
        set_fact(
            municipality, plan, value="yes", observed_on=__import__("datetime").date.fromisoformat(day), source=day
        )

    html = client.get("/stab/kommuner/1804/").content.decode()

    assert "2026-01-01" in html
    assert "2026-02-01" in html


def test_unit_is_added_and_changed(client, staff, municipality):
    data = {"name": "Bodø legevakt", "kind": "health", "organisation_number": "974 760 673"}

    client.post("/stab/kommuner/1804/enhet/", data)

    unit = Unit.objects.get()
    assert (unit.name, unit.organisation_number, unit.is_active) == ("Bodø legevakt", "974760673", True)
    client.post(f"/stab/kommuner/enhet/{unit.pk}/", data | {"name": "Legevakta"})
    unit.refresh_from_db()
    assert (unit.name, unit.is_active) == ("Legevakta", False)


def test_municipality_itself_keeps_its_kind(client, staff, municipality):
    unit = UnitFactory(municipality=municipality, organisation_number="974760673")

    client.post(
        f"/stab/kommuner/enhet/{unit.pk}/", {"name": "Bodø kommune", "kind": "school", "reference_hint": "Seks tall"}
    )

    unit.refresh_from_db()
    assert (unit.kind, unit.organisation_number, unit.reference_hint) == ("municipality", "974760673", "Seks tall")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "", "kind": "health"}, "name"),
        ({"name": "x", "kind": "municipality"}, "kind"),
        ({"name": "x", "kind": "health", "organisation_number": "974760674"}, "organisation_number"),
    ],
)
def test_bad_unit_is_refused(client, staff, municipality, data, field):
    response = client.post("/stab/kommuner/1804/enhet/", data)

    assert list(response.context["form"].errors) == [field]
    assert not Unit.objects.exists()


CONTACT = {"name": "Kari", "email": "KARI@bodo.kommune.no", "phone": "22 33 11 60", "source": "Nettstedet"}


def test_contact_person_is_added_changed_and_erased(client, staff, municipality):
    client.post("/stab/kommuner/1804/kontaktperson/", CONTACT)
    contact = ContactPerson.objects.get()
    assert (contact.email, contact.phone) == ("kari@bodo.kommune.no", "+4722331160")
    assert contact.checked_on is not None

    client.post(f"/stab/kommuner/kontaktperson/{contact.pk}/", CONTACT | {"role": "SLT-koordinator"})
    contact.refresh_from_db()
    assert contact.role == "SLT-koordinator"

    client.post(f"/stab/kommuner/kontaktperson/{contact.pk}/slett/")
    assert not ContactPerson.objects.exists()
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == [
        "contact.created",
        "contact.changed",
        "contact.deleted",
    ]
    assert "Kari" not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("field", ["name", "email", "phone"])
def test_bad_contact_person_is_refused(client, staff, municipality, field):
    response = client.post("/stab/kommuner/1804/kontaktperson/", CONTACT | {field: "a\nb"})

    assert list(response.context["form"].errors) == [field]


def test_unit_of_another_municipality_cannot_be_chosen(client, staff, municipality):
    response = client.post("/stab/kommuner/1804/kontaktperson/", CONTACT | {"unit": UnitFactory().pk})

    assert list(response.context["form"].errors) == ["unit"]


def test_proposals_are_confirmed_and_refused(client, staff):
    first, second = MembershipFactory(), MembershipFactory()

    client.post(reverse("municipalities:membership_confirm", args=[first.pk]))
    client.post(reverse("municipalities:membership_end", args=[second.pk]))

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.confirmed_by == staff
    assert second.ended_at is not None
    assert not list(client.get("/stab/tilhorighet/").context["proposed"])


def test_own_proposal_cannot_be_confirmed(client, staff):
    membership = MembershipFactory(user=staff)

    response = client.post(reverse("municipalities:membership_confirm", args=[membership.pk]), follow=True)

    membership.refresh_from_db()
    assert membership.is_proposed
    assert "Noen andre må bekrefte hvor du hører til." in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_membership_list_queries_do_not_grow(client, staff, django_assert_max_num_queries, count):
    MembershipFactory.create_batch(count)
    MembershipFactory.create_batch(count, confirmed=True)

    with django_assert_max_num_queries(14):
        response = client.get("/stab/tilhorighet/")

    assert len(response.context["proposed"]) == count


STAFF_PAGES = [
    "/stab/kommuner/1804/",
    FACT,
    "/stab/kommuner/1804/enhet/",
    "/stab/kommuner/1804/kontaktperson/",
    "/stab/tilhorighet/",
]


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_strangers_and_bookers_are_kept_out(client, municipality, plan, path):
    assert client.get(path).status_code == 302
    sign_in(client, UserFactory())
    assert client.get(path).status_code in {302, 403}
    assert "Bodø" not in client.get(path).content.decode()


@pytest.mark.parametrize("path", [FACT, "/stab/kommuner/1804/kontaktperson/", "/stab/tilhorighet/"])
def test_approver_may_look_but_not_write(client, municipality, plan, path):
    sign_in(client, StaffFactory(roles=["approver"]))

    assert client.get(path).status_code == 403
    assert client.get("/stab/kommuner/1804/").status_code == 200


def test_contact_people_are_not_shown_without_the_right(client, municipality):
    ContactPersonFactory(municipality=municipality, name="Hemmelig Navn")
    sign_in(client, StaffFactory(roles=["approver"]))

    assert "Hemmelig Navn" not in client.get("/stab/kommuner/1804/").content.decode()


@pytest.mark.parametrize("name", ["membership_confirm", "membership_end"])
def test_memberships_are_not_changed_by_reading(client, staff, name):
    membership = MembershipFactory()

    assert client.get(reverse(f"municipalities:{name}", args=[membership.pk])).status_code == 405
