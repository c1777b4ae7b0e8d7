"""People for the tests."""

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import Group
from django.utils import timezone

from taushet.models import User
from taushet.roles import CAMPAIGN, TRAINER


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@test.example")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.django.Password(None)

    @factory.post_generation
    def roles(user, create, extracted, **kwargs):
        if create and extracted:
            user.groups.set(Group.objects.filter(name__in=extracted))

    @factory.post_generation
    def address(user, create, extracted, **kwargs):
        if create:
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)


class StaffFactory(UserFactory):
    """Campaign staff with a second factor; `roles=[...]` for others than the campaign role."""

    house = User.House.KSS

    @factory.post_generation
    def roles(user, create, extracted, **kwargs):
        if create:
            user.groups.set(Group.objects.filter(name__in=extracted or [CAMPAIGN]))

    @factory.post_generation
    def second_factor(user, create, extracted, **kwargs):
        if create and extracted is not False:
            TOTP.activate(user, generate_totp_secret())


class TrainerUserFactory(UserFactory):
    """A trainer who has been here; with `last_login=None` one who has never signed in."""

    last_login = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def roles(user, create, extracted, **kwargs):
        if create:
            user.groups.set(Group.objects.filter(name__in=extracted or [TRAINER]))


def sign_in(client, user, *, second_factor=True):
    """Sign a test client in, with the second factor used in this session when the person has one; returns the user."""
    client.force_login(user)
    session = client.session
    records = [{"method": "code", "at": 1.0, "email": user.email}]
    factor = Authenticator.objects.filter(user=user).first() if second_factor else None
    if factor:
        records.append({"method": "mfa", "at": 2.0, "id": factor.pk, "type": factor.type})
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return user
