import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.utils import timezone

from taushet import registries
from taushet.models import AuditEntry, Message, SecretLink
from taushet.registries import Deactivation, Registry, message_kinds
from taushet.roles import ADMINISTRATOR, APPROVER, BOOKER, CAMPAIGN, TRAINER
from taushet.services import people
from taushet.services.links import fill_placeholders, find_subject, issue_link
from taushet.services.people import PeopleError
from tests.factories.taushet import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return StaffFactory(roles=[ADMINISTRATOR])


def invite(by, **changes):
    fields = {"name": "Ny Person", "email": "ny@kss.example", "house": "KSS", "roles": [CAMPAIGN], "language": "nn"}
    return people.invite(**fields | changes, by=by)


def test_an_invitation_makes_a_person_who_has_not_accepted(administrator):
    user = invite(administrator)

    assert user.roles == {CAMPAIGN}
    assert not user.has_usable_password()
    assert not people.has_accepted(user)
    assert AuditEntry.objects.about(user).filter(actor=administrator, action="user.invited").exists()


def test_the_mail_carries_a_link_that_is_not_stored(administrator):
    user = invite(administrator)

    message = Message.objects.get()
    link = fill_placeholders(message.text)
    token = issue_link("invite", user.pk)
    assert (message.to_email, message.language, message.subject) == ("ny@kss.example", "nn", "Ein invitasjon til deg")
    assert token not in message.text
    assert f"/konto/invitasjon/{token}/" in link


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"house": ""}, "house"), ({"roles": ["boss"]}, None)],
)
def test_what_makes_no_sense_is_refused(administrator, changes, field):
    with pytest.raises(PeopleError) as refusal:
        invite(administrator, **changes)

    assert refusal.value.field == field
    assert not Message.objects.exists()


def test_bookers_and_trainers_work_for_neither_house(administrator):
    assert invite(administrator, house="", roles=[TRAINER, BOOKER]).roles == {TRAINER, BOOKER}


def test_an_address_is_invited_once(administrator):
    invite(administrator)

    with pytest.raises(PeopleError):
        invite(administrator, roles=[ADMINISTRATOR])
    assert Message.objects.count() == 1


def test_a_new_invitation_closes_the_link_before(administrator):
    user = invite(administrator)
    old = issue_link("invite", user.pk)

    people.send_invitation(user, by=administrator)

    assert people.find_invited(old) is None
    assert people.find_invited(issue_link("invite", user.pk)) == user


def test_an_invitation_is_closed_after_two_weeks(administrator):
    user = invite(administrator)
    SecretLink.objects.update(created_at=timezone.now() - people.INVITATION_LASTS)

    assert people.find_invited(issue_link("invite", user.pk)) is None


def test_accepting_proves_the_address_and_closes_the_link(administrator):
    user = invite(administrator)
    token = issue_link("invite", user.pk)

    people.accept_invitation(user)

    assert people.has_accepted(user)
    assert people.find_invited(token) is None


def test_whoever_has_accepted_is_not_invited_again(administrator):
    user = invite(administrator)
    people.accept_invitation(user)

    with pytest.raises(PeopleError):
        people.send_invitation(user, by=administrator)


def test_an_invitation_that_is_no_longer_waited_for_does_not_leave(administrator):
    user = invite(administrator)
    people.accept_invitation(user)

    assert message_kinds["person-invitation"].before_sending(Message.objects.get()).action == "cancel"


def test_a_code_for_somebody_shut_out_meanwhile_does_not_leave(administrator):
    user = UserFactory()
    message = Message(kind="sign-in", to_email=user.email)
    before = message_kinds["sign-in"].before_sending(message).action

    people.deactivate(user, by=administrator)

    assert (before, message_kinds["sign-in"].before_sending(message).action) == ("send", "cancel")


def test_roles_are_changed_and_written_down(administrator):
    user = StaffFactory(roles=[CAMPAIGN])

    changed = people.change_person(user, name="Nytt Navn", house="LDO", roles=[APPROVER], by=administrator)

    entry = AuditEntry.objects.about(user).get(action="user.changed")
    assert (changed.name, changed.house, changed.roles) == ("Nytt Navn", "LDO", {APPROVER})
    assert entry.detail == {"added": [APPROVER], "removed": [CAMPAIGN]}


def test_nobody_takes_the_keys_from_themself(administrator):
    StaffFactory(roles=[ADMINISTRATOR])

    with pytest.raises(PeopleError):
        people.change_person(administrator, name="A", house="KSS", roles=[CAMPAIGN], by=administrator)


def test_the_last_administrator_keeps_the_role(administrator):
    former = StaffFactory(roles=[CAMPAIGN])

    with pytest.raises(PeopleError):
        people.change_person(administrator, name="A", house="KSS", roles=[CAMPAIGN], by=former)


def test_one_of_two_administrators_can_lose_the_role(administrator):
    other = StaffFactory(roles=[ADMINISTRATOR])

    changed = people.change_person(other, name="A", house="KSS", roles=[CAMPAIGN], by=administrator)

    assert changed.roles == {CAMPAIGN}


def test_nobody_deactivates_themself(administrator):
    StaffFactory(roles=[ADMINISTRATOR])

    with pytest.raises(PeopleError):
        people.deactivate(administrator, by=administrator)


def test_the_last_administrator_is_not_deactivated(administrator):
    StaffFactory(roles=[ADMINISTRATOR], is_active=False)

    with pytest.raises(PeopleError):
        people.deactivate(administrator, by=StaffFactory())

    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_superuser_counts_as_administrator(administrator):
    UserFactory(is_superuser=True)

    people.deactivate(administrator, by=StaffFactory())

    administrator.refresh_from_db()
    assert not administrator.is_active


def test_deactivating_runs_what_other_parts_registered(administrator, monkeypatch):
    told, registry = [], Registry()
    registry.register(Deactivation("test", lambda user, by: told.append((user.pk, by.pk))))
    monkeypatch.setattr(people, "deactivations", registry)
    user = UserFactory()

    people.deactivate(user, by=administrator)
    people.deactivate(user, by=administrator)

    assert told == [(user.pk, administrator.pk)]


def test_a_part_that_fails_leaves_the_person_active(administrator, monkeypatch):
    def fail(user, by):
        raise PeopleError("Broken")

    registry = Registry()
    registry.register(Deactivation("test", fail))
    monkeypatch.setattr(people, "deactivations", registry)
    user = UserFactory()

    with pytest.raises(PeopleError, match="Broken"):
        people.deactivate(user, by=administrator)

    user.refresh_from_db()
    assert user.is_active


def test_the_invitation_of_a_deactivated_person_is_closed(administrator):
    user = invite(administrator)
    token = issue_link("invite", user.pk)

    people.deactivate(user, by=administrator)

    assert find_subject("invite", token) is None
    with pytest.raises(PeopleError):
        people.send_invitation(user, by=administrator)


def test_reactivating_gives_back_roles_but_no_links(administrator):
    user = invite(administrator)
    token = issue_link("invite", user.pk)
    people.deactivate(user, by=administrator)

    people.reactivate(user, by=administrator)

    user.refresh_from_db()
    assert (user.is_active, user.deactivated_at, user.roles) == (True, None, {CAMPAIGN})
    assert people.find_invited(token) is None


def test_lost_second_factors_are_removed_by_somebody_else(administrator):
    user = StaffFactory()

    with pytest.raises(PeopleError):
        people.remove_second_factors(administrator, by=administrator)
    people.remove_second_factors(user, by=administrator)

    assert list(Authenticator.objects.values_list("user", flat=True)) == [administrator.pk]


def test_people_know_how_far_they_have_come(administrator):
    invited = invite(administrator)

    states = {user.pk: (user.has_accepted, user.has_second_factor) for user in people.people_with_state()}

    assert states == {administrator.pk: (True, True), invited.pk: (False, False)}


def test_every_registered_deactivation_can_tell_what_it_does():
    user = UserFactory()

    assert all(isinstance(sentence, str) for entry in registries.deactivations for sentence in entry.tells(user))


def test_an_address_is_unverified_until_accepted(administrator):
    user = invite(administrator)

    assert not EmailAddress.objects.get(user=user).verified
