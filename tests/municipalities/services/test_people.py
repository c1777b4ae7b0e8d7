import pytest
from django.contrib.auth.models import Group, Permission

from municipalities.exceptions import MunicipalitiesError, NotAllowed
from municipalities.models import Membership
from municipalities.services.people import (
    confirm_membership,
    end_membership,
    end_memberships_of,
    propose_membership,
)
from taushet.models import AuditEntry
from tests.factories.municipalities import MembershipFactory, MunicipalityFactory, UnitFactory
from tests.factories.taushet import UserFactory


@pytest.fixture
def staff(db):
    group = Group.objects.get_or_create(name="campaign")[0]
    group.permissions.add(Permission.objects.get(codename="change_membership"))
    user = UserFactory()
    user.groups.add(group)
    return user


def test_proposal_gives_no_belonging_before_it_is_confirmed(db):
    user = UserFactory()

    membership = propose_membership(user, MunicipalityFactory())

    assert list(user.memberships.proposed()) == [membership]
    assert list(user.memberships.confirmed()) == []
    assert AuditEntry.objects.get().action == "membership.proposed"


def test_second_proposal_is_the_same_membership(db):
    user, municipality = UserFactory(), MunicipalityFactory()

    first = propose_membership(user, municipality)
    again = propose_membership(user, municipality, UnitFactory(municipality=municipality))

    assert again == first
    assert Membership.objects.count() == 1
    assert AuditEntry.objects.count() == 1


def test_proposal_after_a_refusal_is_a_new_one(db, staff):
    refused = MembershipFactory()
    end_membership(refused, by=staff)

    assert propose_membership(refused.user, refused.municipality) != refused


def test_unit_of_another_municipality_is_refused(db):
    with pytest.raises(MunicipalitiesError):
        propose_membership(UserFactory(), MunicipalityFactory(), UnitFactory())

    assert not Membership.objects.exists()


def test_staff_confirms_a_proposal(staff):
    membership = confirm_membership(MembershipFactory(), by=staff)

    membership.refresh_from_db()
    assert membership.is_confirmed
    assert membership.confirmed_by == staff


def test_confirmed_member_confirms_a_colleague(db):
    member = MembershipFactory(confirmed=True)
    proposal = MembershipFactory(municipality=member.municipality)

    confirm_membership(proposal, by=member.user)

    proposal.refresh_from_db()
    assert proposal.is_confirmed


def test_nobody_confirms_oneself(staff):
    proposal = MembershipFactory(user=staff)

    with pytest.raises(NotAllowed):
        confirm_membership(proposal, by=staff)

    proposal.refresh_from_db()
    assert proposal.is_proposed


@pytest.mark.parametrize("case", ["stranger", "neighbour", "proposed", "unit only", "ended", "deactivated"])
def test_others_cannot_confirm(db, case):
    proposal = MembershipFactory()
    place = proposal.municipality
    other = {
        "stranger": lambda: UserFactory(),
        "neighbour": lambda: MembershipFactory(confirmed=True).user,
        "proposed": lambda: MembershipFactory(municipality=place).user,
        "unit only": lambda: (
            MembershipFactory(municipality=place, unit=UnitFactory(municipality=place), confirmed=True).user
        ),
        "ended": lambda: MembershipFactory(municipality=place, confirmed=True, ended_at=proposal.proposed_at).user,
        "deactivated": lambda: (
            MembershipFactory(municipality=place, confirmed=True, user=UserFactory(is_active=False)).user
        ),
    }[case]()

    with pytest.raises(NotAllowed):
        confirm_membership(proposal, by=other)

    proposal.refresh_from_db()
    assert proposal.is_proposed


def test_member_of_a_unit_confirms_in_that_unit(db):
    unit = UnitFactory()
    member = MembershipFactory(municipality=unit.municipality, unit=unit, confirmed=True)
    proposal = MembershipFactory(municipality=unit.municipality, unit=unit)

    assert confirm_membership(proposal, by=member.user).is_confirmed


def test_ended_membership_cannot_be_confirmed(staff):
    membership = end_membership(MembershipFactory(), by=staff)

    with pytest.raises(MunicipalitiesError):
        confirm_membership(membership, by=staff)


def test_member_cannot_throw_out_a_confirmed_colleague(db):
    member = MembershipFactory(confirmed=True)
    colleague = MembershipFactory(municipality=member.municipality, confirmed=True)

    with pytest.raises(NotAllowed):
        end_membership(colleague, by=member.user)

    assert end_membership(colleague, by=colleague.user).ended_at is not None


def test_deactivation_ends_every_membership(staff):
    membership = MembershipFactory(confirmed=True)

    assert end_memberships_of(membership.user, staff) == 1
    assert list(membership.user.memberships.confirmed()) == []
