import pytest
from django.urls import reverse
from django.utils import timezone

from courses.models import Booking, Participant
from municipalities.models import Membership
from taushet.services import people
from taushet.services.links import issue_link
from tests.factories.courses import BookingFactory, ParticipantFactory
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db

PAGE = "/min-kommune/"


def belongs(user, place, *, confirmed=True):
    by = {"confirmed_by": UserFactory(), "confirmed_at": timezone.now()} if confirmed else {}
    return Membership.objects.create(user=user, municipality=place, **by)


def listed(client):
    return list(client.get(PAGE).context["page"])


def test_page_asks_for_sign_in(client):
    assert client.get(PAGE).status_code == 302


def test_one_sees_bookings_with_the_own_address_only_before_the_membership_is_confirmed(client):
    user, place = sign_in(client, UserFactory()), MunicipalityFactory()
    belongs(user, place, confirmed=False)
    mine = BookingFactory(municipality=place, contact_email=user.email)
    second = BookingFactory(second_email=user.email)
    BookingFactory(municipality=place)

    assert set(listed(client)) == {mine, second}


def test_confirmed_member_sees_the_bookings_of_the_municipality(client):
    user, place = sign_in(client, UserFactory()), MunicipalityFactory()
    belongs(user, place)
    theirs = BookingFactory(municipality=place)
    BookingFactory()

    assert listed(client) == [theirs]


def test_staff_sees_here_what_concerns_the_own_municipality_only(client):
    sign_in(client, StaffFactory())
    BookingFactory()

    assert listed(client) == []


def test_expired_and_erased_bookings_are_left_out(client):
    user = sign_in(client, UserFactory())
    BookingFactory(contact_email=user.email, state=Booking.State.EXPIRED)
    BookingFactory(second_email=user.email, erased_at=timezone.now())

    assert listed(client) == []


def test_contact_is_led_to_the_whole_page(client):
    user = sign_in(client, UserFactory())
    booking = BookingFactory(contact_email=user.email)

    response = client.get(reverse("courses:my_booking", args=[booking.pk]))

    assert response.url == reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)])


def test_colleague_reads_a_booking_without_changing_it(client):
    user, place = sign_in(client, UserFactory()), MunicipalityFactory()
    belongs(user, place)
    booking = BookingFactory(municipality=place)
    ParticipantFactory(booking=booking, name="Per Hansen")

    page = client.get(reverse("courses:my_booking", args=[booking.pk])).content.decode()

    assert "Per Hansen" in page
    assert "/avbestill/" not in page


def test_booking_of_others_is_not_there(client):
    sign_in(client, UserFactory())

    assert client.get(reverse("courses:my_booking", args=[BookingFactory().pk])).status_code == 404


def test_member_confirms_a_colleague(client):
    user, place = sign_in(client, UserFactory()), MunicipalityFactory()
    belongs(user, place)
    proposed = belongs(UserFactory(), place, confirmed=False)

    client.post(reverse("courses:my_membership_answer", args=[proposed.pk]), {"confirm": "1"})

    proposed.refresh_from_db()
    assert proposed.confirmed_by == user


def test_member_refuses_somebody_unknown(client):
    user, place = sign_in(client, UserFactory()), MunicipalityFactory()
    belongs(user, place)
    proposed = belongs(UserFactory(), place, confirmed=False)

    client.post(reverse("courses:my_membership_answer", args=[proposed.pk]), {"refuse": "1"})

    proposed.refresh_from_db()
    assert proposed.ended_at is not None


def test_nobody_confirms_for_another_municipality_or_oneself(client):
    user = sign_in(client, UserFactory())
    elsewhere = belongs(UserFactory(), MunicipalityFactory(), confirmed=False)
    own = belongs(user, MunicipalityFactory(), confirmed=False)

    answers = [
        client.post(reverse("courses:my_membership_answer", args=[one.pk]), {"confirm": "1"}).status_code
        for one in (elsewhere, own)
    ]

    assert answers == [404, 404]


def test_contact_who_was_shut_out_and_let_in_again_gets_a_new_link(client):
    user = UserFactory(email="kari@bodo.test")
    booking = BookingFactory(contact_email="kari@bodo.test")
    former, administrator = issue_link("booking", booking.pk), StaffFactory()
    people.deactivate(user, by=administrator)
    people.reactivate(user, by=administrator)
    user.refresh_from_db()
    sign_in(client, user)

    response = client.get(reverse("courses:my_booking", args=[booking.pk]))

    assert response.url == reverse("courses:booking_detail", args=[issue_link("booking", booking.pk)])
    assert former not in response.url


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow(client, django_assert_max_num_queries, count):
    user, place = sign_in(client, UserFactory()), MunicipalityFactory()
    belongs(user, place)
    BookingFactory.create_batch(count, municipality=place)
    for _turn in range(count):
        belongs(UserFactory(), place, confirmed=False)
    client.get(PAGE)

    with django_assert_max_num_queries(9):
        client.get(PAGE)


def test_colleagues_see_the_name_that_stands_on_lists(client, monkeypatch):
    user, place = sign_in(client, UserFactory()), MunicipalityFactory()
    belongs(user, place)
    participant = ParticipantFactory(booking__municipality=place, name="Åse Ødegård")
    monkeypatch.setattr(Participant, "listed_name", "Å.")

    page = client.get(reverse("courses:my_booking", args=[participant.booking_id])).text

    assert "<li>Å." in page
    assert "Åse Ødegård" not in page
