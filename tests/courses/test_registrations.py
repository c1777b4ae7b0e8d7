from datetime import timedelta

import pytest
from django.utils import timezone

from courses.services.trainers import register_trainer
from taushet.registries import search_sources, today_cards
from taushet.roles import ADMINISTRATOR
from tests.factories.courses import SessionFactory
from tests.factories.municipalities import ContactPersonFactory, MembershipFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return StaffFactory(roles=[ADMINISTRATOR], name="Anders Aune")


def find(key, user, text):
    return [name for name, _detail, _url in search_sources[key].find(user, text)]


def test_card_shows_the_drafts_that_are_still_to_come(staff):
    draft = SessionFactory(state="draft")
    SessionFactory()
    SessionFactory(state="draft", first_starts_at=timezone.now() - timedelta(days=2))

    assert [url for _text, url in today_cards["session-drafts"].items(staff)] == [draft.get_staff_url()]


def test_trainers_are_found_whatever_the_case_of_their_name(staff):
    register_trainer(TrainerUserFactory(name="Åse Ødegård"), courses=[])
    UserFactory(name="Åse Uten Kurs")

    assert find("trainers", staff, "åse ø") == ["Åse Ødegård"]


def test_people_with_access_are_found_by_name_and_address(staff):
    UserFactory(name="Øystein Berg", email="berg@kommune.example")

    assert find("people", staff, "øystein") == ["Øystein Berg"]
    assert find("people", staff, "BERG@") == ["Øystein Berg"]
    assert find("people", staff, "nobody") == []


def test_contact_people_and_members_are_found_with_their_municipality(staff):
    contact = ContactPersonFactory(name="Kari Kontakt")
    member = MembershipFactory(user__name="Kari Medlem")
    MembershipFactory(user__name="Kari Ferdig", ended_at=timezone.now())

    rows = search_sources["people-in-municipalities"].find(staff, "kari")

    assert [(name, url) for name, _detail, url in rows] == [
        ("Kari Kontakt", f"/stab/kommuner/{contact.municipality_id}/"),
        ("Kari Medlem", f"/stab/kommuner/{member.municipality_id}/"),
    ]
