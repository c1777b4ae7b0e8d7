from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.utils import timezone

from courses.models import ConfirmedAddress
from courses.services.trainers import register_trainer
from taushet.models import User
from taushet.services import audit
from taushet.services.erasing import erase_accounts
from tests.factories.courses import BookingFactory
from tests.factories.municipalities import MembershipFactory
from tests.factories.taushet import StaffFactory, TrainerUserFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=731)


def unused(factory=UserFactory, **fields):
    user = factory(**fields)
    User.objects.filter(pk=user.pk).update(last_login=None, date_joined=LONG_AGO)
    return user


def test_account_that_nobody_has_used_for_two_years_is_emptied():
    user = unused(email="kari@bodo.test", name="Kari Nordmann")
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="k", user_agent="Kari’s telefon")
    audit.record("viewed", user, by=user)

    assert erase_accounts(NOW) == 1
    assert erase_accounts(NOW) == 0

    user = User.objects.get(pk=user.pk)
    assert (user.name, user.is_active, user.has_usable_password()) == ("", False, False)
    assert user.email == f"{user.pk}@slettet.invalid"
    assert str(user) == "(slettet)"
    assert not EmailAddress.objects.filter(user=user).exists()
    assert not UserSession.objects.exists()


def test_account_in_use_is_kept():
    User.objects.filter(pk=unused().pk).update(last_login=NOW - timedelta(days=729))

    assert erase_accounts(NOW) == 0


@pytest.mark.parametrize(
    "keep",
    [
        lambda: unused(StaffFactory),
        lambda: unused(is_superuser=True),
        lambda: MembershipFactory(user=unused()),
        lambda: register_trainer(unused(TrainerUserFactory), courses=[]),
        lambda: BookingFactory(created_by=unused()),
    ],
)
def test_account_that_something_rests_on_is_kept(keep):
    keep()

    assert erase_accounts(NOW) == 0


def test_account_with_an_address_known_from_a_booking_is_kept():
    ConfirmedAddress.objects.create(email=unused().email)

    assert erase_accounts(NOW) == 0


def test_account_that_was_shut_out_two_years_ago_is_emptied_whenever_it_was_used():
    user = UserFactory(is_active=False, deactivated_at=LONG_AGO, last_login=NOW - timedelta(days=800))

    assert erase_accounts(NOW) == 1

    user.refresh_from_db()
    assert user.deactivated_at == LONG_AGO
