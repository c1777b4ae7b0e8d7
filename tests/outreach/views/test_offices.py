"""Single offices by hand, the long list, and leaves."""

import re
from datetime import date

import pytest
from django.urls import reverse

from municipalities.services.place_cells import municipality_place
from outreach.exceptions import OutreachError
from outreach.forms.politicians import PoliticianFilterForm
from outreach.models import Body, Mandate, OfficeTask, Politician
from outreach.services.mailings.audiences import Audience, offices
from outreach.services.offices.office_holders import NewOffice, add_office, local_body
from outreach.services.offices.office_tasks import open_task
from outreach.services.offices.offices import current_mandate
from outreach.views.politicians import holders
from taushet.models import AuditEntry
from tests.factories.municipalities import CountyFactory, MunicipalityFactory
from tests.factories.outreach import BodyFactory, MandateFactory, PoliticianFactory, place
from tests.factories.taushet import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

OFFICE = {
    "role": "councillor",
    "first_name": "Åse",
    "last_name": "Øyen",
    "party": "Ap",
    "source": "alver.example",
    "checked_on": "2026-11-20",
}


def councillor(municipality, last_name="Vik", role="councillor", **values):
    new = NewOffice(role, "Kari", last_name, "alver.example", **{"party": "Ap"} | values)
    return add_office(local_body(municipality_place(municipality), new), new, politician=None, by=UserFactory())


def test_an_office_is_put_in_corrected_and_ended(client, author, said):
    municipality = MunicipalityFactory()
    address = reverse("outreach:office_create", args=[municipality.pk])

    client.post(address, OFFICE)
    mandate = Mandate.objects.get()
    change = OFFICE | {"party": "SV", "email": "ase@alver.example"}
    client.post(reverse("outreach:mandate_update", args=[mandate.pk]), change)
    client.post(reverse("outreach:mandate_end", args=[mandate.pk]), {"on": "2026-11-23"})

    mandate.refresh_from_db()
    assert (mandate.body.kind, mandate.body.municipality) == ("council", municipality)
    assert (mandate.party, mandate.email, mandate.email_source, mandate.email_checked_on) == (
        "SV",
        "ase@alver.example",
        "alver.example",
        date(2026, 11, 20),
    )
    assert mandate.ends_on == date(2026, 11, 23)
    actions = AuditEntry.objects.filter(action__startswith="mandate.").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["mandate.created", "mandate.changed", "mandate.ended"]


def test_a_name_that_is_here_already_is_asked_about(client, author):
    namesake = PoliticianFactory(first_name="Åse", last_name="Øyen")
    address = reverse("outreach:office_create", args=[MunicipalityFactory().pk])

    asked = client.post(address, OFFICE)
    assert list(asked.context["form"].errors) == ["person"]
    client.post(address, OFFICE | {"person": str(namesake.pk)})
    client.post(address, OFFICE | {"person": "another", "role": "director"})
    twice = client.post(address, OFFICE | {"person": str(namesake.pk)})

    assert Mandate.objects.get(role="councillor").politician == namesake
    assert Politician.objects.count() == 2
    assert twice.context["form"].non_field_errors() == ["This person holds the same office already."]


def test_a_new_director_follows_the_one_before():
    municipality = MunicipalityFactory()
    first = councillor(municipality, role="director")

    second = councillor(municipality, "Moe", role="director", starts_on=date(2026, 11, 1))

    first.refresh_from_db()
    assert (first.ends_on, current_mandate(municipality, "director")) == (date(2026, 11, 1), second)


def test_who_is_on_leave_does_not_serve_and_the_substitute_is_told(client, author):
    municipality = MunicipalityFactory()
    mandate, vara = councillor(municipality), councillor(municipality, "Vara", role="substitute")
    address = reverse("outreach:leave_create", args=[mandate.pk])
    leave = {"starts_on": "2026-11-01", "ends_on": "2026-12-01", "substitute": vara.pk}

    client.post(address, leave)
    again = client.post(address, {"starts_on": "2026-11-15"})

    assert again.context["form"].non_field_errors() == ["There is a leave in these days already."]
    assert list(Mandate.objects.serving(date(2026, 11, 23))) == [vara]
    assert set(Mandate.objects.serving(date(2026, 12, 1))) == {mandate, vara}
    page = client.get(reverse("outreach:recipient_detail", args=[municipality.pk])).content.decode()
    assert "Kari Vara meets instead" in page
    client.post(reverse("outreach:leave_end", args=[mandate.leaves.get().pk]), {"on": "2026-11-10"})
    assert Mandate.objects.serving(date(2026, 11, 10)).count() == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_municipality_shows_the_council_by_party(client, author, django_assert_num_queries, count):
    municipality = place()
    for number in range(count):
        councillor(municipality, f"Åsen {number}")
    councillor(municipality, "Zahl", party="H")
    councillor(municipality, "Leder", role="group_leader")
    address = reverse("outreach:recipient_detail", args=[municipality.pk])
    client.get(address)

    with django_assert_num_queries(12):
        page = client.get(address)

    assert [(party, len(rows)) for party, rows in page.context["council"]] == sorted(
        [("Ap", count), ("H", 1)], key=lambda group: (-group[1], group[0])
    )
    assert page.context["mailbox"].email
    led = councillor(municipality, "Øverst")
    lead = NewOffice("group_leader", "", "", "alver.example", party="Arbeiderpartiet")
    body = local_body(municipality_place(municipality), lead)
    add_office(body, lead, politician=led.politician, by=author)
    councillor(municipality, "Vara", role="substitute")
    council = dict(client.get(address).context["council"])
    assert [str(one.politician) for one in council["Ap"] if one.leads_group] == ["Kari Øverst"]
    person = client.get(reverse("outreach:politician_detail", args=[led.politician_id])).text
    group = re.search(r'href="([^"]+)">Everybody in the group', person)[1].replace("&amp;", "&")
    assert {one.politician.last_name for one in client.get(group).context["page"]} == {
        "Øverst",
        *(f"Åsen {number}" for number in range(count)),
    }
    found = client.get(address, {"q": "zahl"}).context["council"]
    assert [(party, [str(one.politician) for one in rows]) for party, rows in found] == [("H", ["Kari Zahl"])]


def test_the_list_is_narrowed_and_taken_out(client, author):
    municipality = MunicipalityFactory(name="Øygarden")
    old = councillor(municipality, "Øyen", email="a@b.example", checked_on=date(2025, 1, 1))
    councillor(municipality, "Hansen", party="H")
    national = MandateFactory(politician=PoliticianFactory(first_name="=HYPERLINK", last_name="Berg"), party="H")

    def found(**asked):
        return sorted(one.politician.last_name for one in PoliticianFilterForm(asked).narrow(holders()))

    assert found() == ["Berg", "Hansen", "Øyen"]
    assert found(q="øygarden") == ["Hansen", "Øyen"]
    assert found(q="øyen kari") == ["Øyen"]
    assert found(level="national") == ["Berg"]
    assert found(county=municipality.county_id, party="h") == ["Hansen"]
    assert found(role="member", address="no") == ["Berg"]
    assert found(municipality=municipality.pk) == ["Hansen", "Øyen"]
    assert found(older="12", address="yes") == ["Øyen"]
    assert (found(party="Høyre"), found(party="Arbeidarpartiet")) == (["Berg", "Hansen"], ["Øyen"])
    assert (found(kind="council"), found(kind="executive")) == (["Hansen", "Øyen"], [])
    page = client.get(reverse("outreach:politician_list"), {"level": "local"})
    assert page.context["page"].paginator.count == 2
    lines = b"".join(client.get(reverse("outreach:politician_csv"), {"party": "H"}).streaming_content).decode()
    assert "Berg;'=HYPERLINK;" in lines
    assert ("Øyen" in lines, str(old.body) in lines, str(national.body) in lines) == (False, True, True)


def test_who_sits_in_a_committee_is_put_in_and_found(client, author):
    municipality = MunicipalityFactory()
    address = reverse("outreach:office_create", args=[municipality.pk])

    lacks = client.post(address, OFFICE | {"role": "member"})
    assert lacks.context["form"].errors == {"committee": ["Say which committee."]}
    client.post(address, OFFICE | {"role": "committee_leader", "committee": "Utval for oppvekst"})
    committee = Body.objects.get(kind="council_committee")
    other = OFFICE | {"role": "member", "first_name": "Bo", "last_name": "Li", "known_committee": str(committee.pk)}
    client.post(address, other)

    assert list(committee.mandates.order_by("pk").values_list("role", flat=True)) == ["committee_leader", "member"]
    page = client.get(reverse("outreach:politician_list"), {"committee": "Oppvekst", "role": "member"})
    assert [one.politician.last_name for one in page.context["page"]] == ["Li"]


def test_bodies_of_the_state_have_holders_and_mailboxes_and_demands_reach_them_by_level(client, author):
    county = CountyFactory(name="Nordland")
    authority = Body.objects.create(kind="council", name="Fylkestinget i Nordland", county=county)
    state = Body.objects.create(kind="statsforvalter", name="Statsforvalteren i Nordland", county=county)
    for body, role in ((authority, "councillor"), (state, "state_administrator")):
        MandateFactory(body=body, role=role, politician=PoliticianFactory())
    address = reverse("outreach:office_create_other")
    ministry = {
        "kind": "ministry",
        "body": "Justisdepartementet",
        "source": "regjeringen.no",
        "checked_on": "2026-11-01",
    }

    lacks = client.post(address, ministry | {"role": "mailbox"})
    assert set(lacks.context["form"].errors) == {"email"}
    client.post(address, ministry | {"role": "mailbox", "email": "postmottak@jd.example"})
    client.post(address, ministry | {"role": "minister", "first_name": "Eva", "last_name": "Vik"})
    committee = {"kind": "committee", "body": "Justiskomiteen", "role": "committee_leader"}
    client.post(address, ministry | committee | {"first_name": "Ola", "last_name": "Ås"})
    sami = {"kind": "sametinget", "body": "Sametinget", "role": "president", "first_name": "Máret", "last_name": "Sara"}
    client.post(address, ministry | sami)

    mailbox = Mandate.objects.get(role="mailbox")
    assert (mailbox.politician, mailbox.email_source, mailbox.body.kind) == (None, "regjeringen.no", "ministry")
    listed = client.get(reverse("outreach:politician_list"), {"level": "national"})
    assert "Justisdepartementet" in listed.content.decode()
    change = reverse("outreach:mandate_update", args=[mailbox.pk])
    client.post(change, {"email": "post@jd.example", "source": "jd.example", "checked_on": "2026-11-02"})
    mailbox.refresh_from_db()
    assert (mailbox.email, mailbox.email_source) == ("post@jd.example", "jd.example")

    def reached(level, *roles, **more):
        found = offices(Audience(level=level, roles=roles, **more), date(2026, 11, 20))
        return sorted(one.body.name for one in found)

    everybody = ("mailbox", "minister", "committee_leader", "president", "state_administrator", "councillor")
    assert reached("county", *everybody) == ["Fylkestinget i Nordland"]
    assert reached("county", "councillor", counties=("99",)) == []
    assert reached("national", *everybody) == [
        "Justisdepartementet",
        "Justisdepartementet",
        "Justiskomiteen",
        "Sametinget",
        "Statsforvalteren i Nordland",
    ]
    assert reached("national", "committee_leader", committee="justis") == ["Justiskomiteen"]
    counted = client.post(reverse("outreach:audience_count"), {"level": "county", "county_roles": ["councillor"]})
    assert counted.context["count"].offices == 1


def test_an_office_is_held_in_the_right_kind_of_body_and_a_county_has_what_a_municipality_has(client, author):
    other, county = reverse("outreach:office_create_other"), CountyFactory(name="Nordland")
    person = {"first_name": "Eva", "last_name": "Vik", "source": "nett", "checked_on": "2026-11-01"}

    wrong = client.post(other, person | {"kind": "committee", "body": "Justiskomiteen", "role": "minister"})
    assert wrong.context["form"].errors == {
        "role": [
            "“Minister” is not held in “Storting committee”. There it can be: Committee member, Committee leader,"
            " Central mail-box."
        ]
    }
    for kind, role in (
        ("council", "mayor"),
        ("executive", "minister"),
        ("council", "mailbox"),
        ("county", "councillor"),
    ):
        body = BodyFactory(kind=kind, name=f"{kind} {role}", county=county)
        with pytest.raises(OutreachError):
            add_office(body, NewOffice(role, "Eva", "Vik", "nett"), politician=None, by=author)
        body.delete()
    assert not Mandate.objects.exists()

    address = reverse("outreach:office_create_county")
    assert set(client.post(address, {"role": "mailbox"}).context["form"].errors) >= {"county", "email", "source"}
    office = person | {"county": county.pk, "role": "mayor", "party": "Ap"}
    client.post(address, office)
    client.post(address, office | {"role": "councillor", "person": str(Politician.objects.get().pk)})
    client.post(address, office | {"role": "group_leader", "last_name": "Moe"})
    client.post(address, office | {"role": "member", "last_name": "Ås", "committee": "Komité for helse"})
    client.post(address, {**office, "role": "mailbox", "first_name": "", "last_name": "", "email": "post@n.example"})
    held = Mandate.objects.filter(body__county=county).order_by("pk").values_list("role", "body__kind", "body__name")
    assert list(held) == [
        ("mayor", "county", "Nordland fylkeskommune"),
        ("councillor", "council", "Fylkestinget i Nordland"),
        ("group_leader", "party_group", "Ap, Nordland fylkeskommune"),
        ("member", "council_committee", "Komité for helse"),
        ("mailbox", "county", "Nordland fylkeskommune"),
    ]
    assert Politician.objects.count() == 3


def test_who_has_left_is_ended_and_what_is_nothing_is_put_aside(client, author):
    mandates = [councillor(MunicipalityFactory(), name) for name in ("Vik", "Moe")]
    ending, nothing = [open_task(mandate, "left") for mandate in mandates]

    client.post(reverse("outreach:office_task_end", args=[ending.pk]), {"on": "2026-11-20"})
    client.post(reverse("outreach:office_task_dismiss", args=[nothing.pk]))

    assert [task.settled_how for task in OfficeTask.objects.order_by("pk")] == ["ended", "dismissed"]
    assert Mandate.objects.get(pk=mandates[0].pk).ends_on == date(2026, 11, 20)
    assert open_task(mandates[0], "left") is None
    assert client.get(reverse("outreach:office_task_list")).context["page"].paginator.count == 0
