import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from taushet import roles
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

STAFF_PAGE = "/stab/nowhere/"


def test_strangers_are_asked_to_sign_in(client):
    response = client.get("/admin/", follow=True)

    assert response.redirect_chain[-1] == (reverse("account_login", query={"next": "/admin/"}), 302)


@pytest.mark.parametrize("factory", [UserFactory, TrainerUserFactory])
@pytest.mark.parametrize("page", [STAFF_PAGE, "/admin/"])
def test_people_who_are_not_staff_are_refused(client, factory, page):
    sign_in(client, factory())

    assert client.get(page).status_code == 403


def test_staff_without_a_second_factor_are_led_to_set_one_up(client):
    sign_in(client, StaffFactory(second_factor=False))

    response = client.get(STAFF_PAGE, follow=True)

    assert response.redirect_chain == [(reverse("mfa_index"), 302)]
    assert "andre trinn" in response.content.decode() or "second factor" in response.content.decode()


def test_staff_who_have_not_used_it_in_this_session_are_asked_for_it(client):
    sign_in(client, StaffFactory(), second_factor=False)

    response = client.get(STAFF_PAGE)

    assert response.url == reverse("account_reauthenticate", query={"next": reverse("start_signed_in")})


def test_staff_who_have_used_it_come_through(client):
    sign_in(client, StaffFactory())

    assert client.get(STAFF_PAGE).status_code == 404


def test_what_another_person_used_does_not_count(client):
    colleague, user = StaffFactory(), StaffFactory()
    sign_in(client, colleague)
    session = client.session
    records = session["account_authentication_methods"]
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(colleague.pk)
    session.save()

    assert client.get(STAFF_PAGE).status_code == 302


def test_a_second_factor_that_was_removed_does_not_count(client):
    user = sign_in(client, StaffFactory())
    Authenticator.objects.filter(user=user).delete()

    assert client.get(STAFF_PAGE).url == reverse("mfa_index")


def test_recovery_codes_alone_are_no_second_factor(client):
    user = StaffFactory(second_factor=False)
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    sign_in(client, user)

    assert client.get(STAFF_PAGE).url == reverse("mfa_index")


def test_a_part_asked_for_by_htmx_moves_the_whole_page(client):
    sign_in(client, StaffFactory(second_factor=False))

    response = client.get(STAFF_PAGE, headers={"hx-request": "true"})

    assert response.headers["HX-Redirect"] == reverse("mfa_index")


def test_trainers_and_bookers_need_no_second_factor(client):
    sign_in(client, TrainerUserFactory())

    assert client.get(reverse("start_signed_in")).status_code == 302


def test_the_page_that_asked_for_it_is_where_one_goes_on(client):
    sign_in(client, StaffFactory(), second_factor=False)
    client.get(STAFF_PAGE + "?q=oslo")

    assert client.get(reverse("start_signed_in")).url == STAFF_PAGE + "?q=oslo"


def test_the_administration_pages_are_for_superusers_with_a_second_factor(client):
    administrator = StaffFactory(roles=[roles.ADMINISTRATOR], is_staff=True, is_superuser=True)
    sign_in(client, StaffFactory(roles=[roles.ADMINISTRATOR], is_staff=True))
    refused = client.get("/admin/").status_code
    sign_in(client, administrator)

    assert (refused, client.get("/admin/").status_code) == (403, 200)
