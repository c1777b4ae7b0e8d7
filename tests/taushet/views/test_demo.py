import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from taushet.demonstration import PEOPLE, load_people
from taushet.models import User

pytestmark = pytest.mark.django_db


def test_outside_the_demonstration_there_is_no_such_address(client):
    with pytest.raises(NoReverseMatch):
        reverse("demo")
    assert client.get("/demo/").status_code == 404


def test_outside_the_demonstration_its_people_are_not_made():
    with pytest.raises(ImproperlyConfigured):
        load_people(print)
    assert not User.objects.exists()


@pytest.mark.usefixtures("demonstration")
class TestDemonstration:
    def test_loading_twice_makes_six_people(self):
        load_people(print)
        load_people(print)

        assert set(User.objects.values_list("email", flat=True)) == {person.email for person in PEOPLE}
        assert User.objects.get(is_superuser=True).email == "administrator@demo.example"

    @pytest.mark.parametrize("key", [person.key for person in PEOPLE])
    def test_one_click_signs_in(self, client, key):
        load_people(print)

        response = client.post("/demo/", {"person": key})

        assert response.url == reverse("start_signed_in")
        assert client.session["_auth_user_id"] == str(User.objects.get(email=f"{key}@demo.example").pk)

    def test_the_second_factor_counts_as_used(self, client):
        load_people(print)
        client.post("/demo/", {"person": "campaign"})

        assert client.get("/stab/nowhere/").status_code == 404

    def test_nobody_is_signed_in_as_somebody_else(self, client):
        load_people(print)
        User.objects.create_user("real@kommune.example", is_superuser=True)

        response = client.post("/demo/", {"person": "real"})

        assert response.url == "/demo/"
        assert "_auth_user_id" not in client.session

    def test_a_deactivated_person_is_not_signed_in(self, client):
        load_people(print)
        User.objects.filter(email="trainer@demo.example").update(is_active=False)

        client.post("/demo/", {"person": "trainer"})

        assert "_auth_user_id" not in client.session
