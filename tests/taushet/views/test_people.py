import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from taushet.models import Message, User
from taushet.roles import ADMINISTRATOR, APPROVER, BOOKER, CAMPAIGN, FINANCE, LABELS, TRAINER
from taushet.services import people
from taushet.services.links import issue_link
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

PAGES = ["people_list", "person_invite", "person_detail", "person_update", "person_deactivate", "person_reactivate"]


@pytest.fixture
def administrator(client):
    return sign_in(client, StaffFactory(roles=[ADMINISTRATOR], name="Anne Admin"))


def address(name, person):
    return reverse(name) if name in {"people_list", "person_invite"} else reverse(name, args=[person.pk])


@pytest.mark.parametrize("role", sorted(set(LABELS) - {ADMINISTRATOR}))
@pytest.mark.parametrize("name", [*PAGES, "person_remove_factors"])
def test_only_administrators_come_here(client, role, name):
    user = sign_in(client, StaffFactory(roles=[role]))

    assert client.get(address(name, user)).status_code == 403


@pytest.mark.parametrize("name", ["person_update", "person_deactivate", "person_remove_factors", "person_invite_again"])
def test_others_change_nobody(client, name):
    other = TrainerUserFactory()
    sign_in(client, StaffFactory(roles=[CAMPAIGN, APPROVER, FINANCE]))

    response = client.post(address(name, other), {"name": "X", "house": "KSS", "roles": [ADMINISTRATOR]})

    other.refresh_from_db()
    assert response.status_code == 403
    assert (other.is_active, other.roles) == (True, {TRAINER})


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens(client, administrator, name):
    assert client.get(address(name, TrainerUserFactory())).status_code == 200


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Anne Admin", "Berit Book", "Carl Kurs", "Ida Invitert"]),
        ("?q=berit", ["Berit Book"]),
        ("?q=CARL@", ["Carl Kurs"]),
        ("?role=trainer", ["Carl Kurs"]),
        ("?state=invited", ["Ida Invitert"]),
        ("?state=closed", ["Dag Død"]),
        ("?role=boss", ["Anne Admin", "Berit Book", "Carl Kurs", "Ida Invitert"]),
        ("?q=%00%0a", ["Anne Admin", "Berit Book", "Carl Kurs", "Ida Invitert"]),
        ("?page=99", ["Anne Admin", "Berit Book", "Carl Kurs", "Ida Invitert"]),
    ],
)
def test_people_are_found(client, administrator, query, names):
    UserFactory(name="Berit Book", roles=[BOOKER])
    TrainerUserFactory(name="Carl Kurs", email="carl@kurs.example")
    UserFactory(name="Dag Død", is_active=False)
    people.invite(
        name="Ida Invitert", email="ida@kss.example", house="KSS", roles=[CAMPAIGN], language="nb", by=administrator
    )

    page = client.get(reverse("people_list") + query).context["page"]

    assert [person.name for person in page] == names


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(client, administrator, django_assert_max_num_queries, count):
    UserFactory.create_batch(count, roles=[BOOKER])

    with django_assert_max_num_queries(9):
        client.get(reverse("people_list"))


def test_an_invited_person_accepts_and_signs_in_with_a_code(client, administrator):
    client.post(
        reverse("person_invite"),
        {"name": "Ny", "email": "Ny@KSS.example", "house": "KSS", "roles": [CAMPAIGN], "language": "nb"},
    )
    user = User.objects.get(email="ny@kss.example")
    visitor, token = Client(), issue_link("invite", user.pk)

    page = visitor.get(f"/konto/invitasjon/{token}/")
    untouched = people.has_accepted(user)
    accepted = visitor.post(f"/konto/invitasjon/{token}/ja/")

    assert "Kampanjemedarbeider" in page.content.decode()
    assert (untouched, people.has_accepted(user)) == (False, True)
    assert accepted.url == reverse("account_confirm_login_code")
    assert Message.objects.latest("pk").kind == "sign-in"
    assert visitor.get(f"/konto/invitasjon/{token}/").status_code == 410


@pytest.mark.parametrize("token", ["x", "a" * 43])
def test_a_wrong_invitation_opens_nothing(client, token):
    assert client.get(f"/konto/invitasjon/{token}/").status_code == 410
    assert client.post(f"/konto/invitasjon/{token}/ja/").status_code == 410


def test_an_invitation_is_accepted_by_post_only(client):
    assert client.get("/konto/invitasjon/x/ja/").status_code == 405


def test_accepting_ends_the_sign_in_of_whoever_sat_there(client, administrator):
    user = people.invite(name="Ny", email="n@x.example", house="", roles=[TRAINER], language="nb", by=administrator)

    client.post(f"/konto/invitasjon/{issue_link('invite', user.pk)}/ja/")

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Ny\r\nBcc: alle@kommune.example"}, "name"),
        ({"name": "N" * 121}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "taken@kss.example"}, "email"),
        ({"house": ""}, "house"),
        ({"house": "NAV"}, "house"),
        ({"roles": []}, "roles"),
        ({"roles": ["boss"]}, "roles"),
        ({"language": "se"}, "language"),
    ],
)
def test_a_wrong_invitation_keeps_what_was_written(client, administrator, changes, field):
    UserFactory(email="taken@kss.example")
    data = {"name": "Ny Person", "email": "ny@kss.example", "house": "KSS", "roles": [CAMPAIGN], "language": "nn"}

    response = client.post(reverse("person_invite"), data | changes)

    form = response.context["form"]
    assert list(form.errors) == [field]
    assert form["email"].value() == (data | changes)["email"]
    assert not Message.objects.exists()


def test_a_deactivated_person_is_out_at_once(client, administrator):
    person = TrainerUserFactory()
    theirs = Client()
    theirs.post("/konto/logg-inn/", {"login": person.email})
    theirs.force_login(person)
    UserSession.objects.create(user=person, ip="127.0.0.1", session_key=theirs.session.session_key)
    untracked = Client()
    untracked.force_login(person)
    before = theirs.get("/konto/").status_code

    response = client.post(reverse("person_deactivate", args=[person.pk]))

    assert before == 200
    assert response.url == reverse("person_detail", args=[person.pk])
    assert theirs.get("/konto/").url.startswith("/konto/logg-inn/")
    assert untracked.get("/konto/").url.startswith("/konto/logg-inn/")
    assert not UserSession.objects.filter(user=person).exists()


def test_the_page_of_a_person_says_what_was_done_in_words(client, administrator):
    person = TrainerUserFactory()
    client.post(reverse("person_deactivate", args=[person.pk]))

    page = client.get(reverse("person_detail", args=[person.pk])).text

    assert f'Person deaktivert <span class="detail">{administrator}</span>' in page
    assert "user.deactivated" not in page


def test_old_sessions_stay_dead_after_reactivation(client, administrator):
    person = TrainerUserFactory()
    theirs = Client()
    theirs.force_login(person)
    client.post(reverse("person_deactivate", args=[person.pk]))

    client.post(reverse("person_reactivate", args=[person.pk]))

    assert theirs.get("/konto/").url.startswith("/konto/logg-inn/")


def test_the_page_says_what_will_happen_before_it_does(client, administrator):
    person = TrainerUserFactory()

    page = client.get(reverse("person_deactivate", args=[person.pk])).content.decode()

    person.refresh_from_db()
    assert person.is_active
    assert "Personen blir logget ut overalt" in page


def test_oneself_is_not_deactivated(client, administrator):
    StaffFactory(roles=[ADMINISTRATOR])

    page = client.post(reverse("person_deactivate", args=[administrator.pk]), follow=True)

    administrator.refresh_from_db()
    assert administrator.is_active
    assert [str(message) for message in page.context["messages"]] == [
        "Du kan ikke deaktivere deg selv. Spør en kollega."
    ]


def test_roles_are_changed(client, administrator):
    person = StaffFactory(roles=[CAMPAIGN])

    client.post(reverse("person_update", args=[person.pk]), {"name": "Nytt", "house": "LDO", "roles": [APPROVER]})

    person = User.objects.get(pk=person.pk)
    assert (person.name, person.house, person.roles) == ("Nytt", "LDO", {APPROVER})


def test_the_own_administrator_role_stays(client, administrator):
    response = client.post(
        reverse("person_update", args=[administrator.pk]), {"name": "A", "house": "KSS", "roles": [CAMPAIGN]}
    )

    assert "roles" in response.context["form"].errors
    assert User.objects.get(pk=administrator.pk).roles == {ADMINISTRATOR}


def test_a_person_who_is_not_there_is_not_found(client, administrator):
    assert client.get(reverse("person_detail", args=[999999])).status_code == 404
