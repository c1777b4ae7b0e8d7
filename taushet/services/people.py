"""People: how they get in, what they may do, and how they are shut out."""

from collections.abc import Iterable
from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from taushet.exceptions import TaushetError
from taushet.models import User
from taushet.registries import deactivations, known_addresses
from taushet.roles import ADMINISTRATOR, BOOKER, LABELS, STAFF_ROLES
from taushet.services import audit
from taushet.services.links import find_link, placeholder, renew_link, revoke_link
from taushet.services.outbox import render_mail, write_message

INVITATION_LASTS = timedelta(days=14)


class PeopleError(TaushetError):
    """What cannot be done with a person; the message may be shown, beside `field` when it is about one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


def people_with_state() -> QuerySet[User]:
    """Return people with what tells how far they have come: `has_accepted`, `has_second_factor`."""
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return User.objects.annotate(has_accepted=Exists(addresses), has_second_factor=Exists(factors))


@transaction.atomic
def welcome(email: str) -> User | None:
    """Return the person with an address, making one as a booker when the address has proven itself somewhere.

    None for a stranger, who must not learn that from what the page says.
    """
    user = User.objects.filter(email=email).first()
    if user is not None:
        return user
    known = next(filter(None, (entry.find(email) for entry in known_addresses)), None)
    if known is None:
        return None
    name, language = known
    user, created = User.objects.get_or_create(email=email, defaults={"name": name, "language": language})
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        user.groups.set(Group.objects.filter(name=BOOKER))
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        audit.record("user.welcomed", user, by=user)
    return user


@transaction.atomic
def invite(*, name: str, email: str, house: str, roles: Iterable[str], language: str, by: User) -> User:
    """Make a person and send the link with which they accept.

    Raises PeopleError when the address is taken.
    """
    roles = check_roles(roles, house)
    user, created = User.objects.get_or_create(
        email=email, defaults={"name": name, "house": house, "language": language}
    )
    if not created:
        raise PeopleError(_("Somebody with this address is here already. Find the person in the list."), "email")
    user.set_unusable_password()
    user.save(update_fields=["password"])
    user.groups.set(Group.objects.filter(name__in=roles))
    EmailAddress.objects.create(user=user, email=email, verified=False, primary=True)
    audit.record("user.invited", user, by=by, roles=sorted(roles))
    send_invitation(user, by=by)
    return user


@transaction.atomic
def send_invitation(user: User, *, by: User) -> None:
    """Send the invitation, with a new link that closes the one before.

    Raises PeopleError when the person has accepted already, or has been deactivated.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if has_accepted(user) or not user.is_active:
        raise PeopleError(_("This person is not waiting for an invitation."))
    renew_link("invite", user.pk)
    context = {
        "name": user.name,
        "by": by.name,
        "roles": user.role_labels,
        "days": INVITATION_LASTS.days,
        "link": placeholder("invite", user.pk),
    }
    subject, text = render_mail("person_invitation", context, user.language)
    write_message(
        kind="person-invitation",
        to_email=user.email,
        to_name=user.name,
        subject=subject,
        text=text,
        language=user.language,
    )
    audit.record("user.invitation_sent", user, by=by)


def has_accepted(user: User) -> bool:
    return EmailAddress.objects.filter(user=user, verified=True).exists()


def find_invited(token: str) -> User | None:
    """Return the person a live invitation is for, or None when it is unknown, closed or too old."""
    link = find_link("invite", token)
    if link is None or link.revoked_at or link.created_at < timezone.now() - INVITATION_LASTS:
        return None
    return User.objects.active().filter(pk=link.subject_id).first()


@transaction.atomic
def accept_invitation(user: User) -> None:
    """Count the address as proven, since the link went there, and close the link."""
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    revoke_link("invite", user.pk)
    audit.record("user.invitation_accepted", user, by=user)


@transaction.atomic
def change_profile(user: User, *, name: str, language: str) -> None:
    """Set what a person decides themself."""
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    audit.record("user.profile_changed", user, by=user)


@transaction.atomic
def change_person(user: User, *, name: str, house: str, roles: Iterable[str], by: User) -> User:
    """Set name, house and roles.

    Raises PeopleError when that would leave the house without an administrator, or `by` without the own keys.
    """
    roles = check_roles(roles, house)
    administrators = lock_administrators()
    user = User.objects.select_for_update().get(pk=user.pk)
    if ADMINISTRATOR in user.roles and ADMINISTRATOR not in roles and not user.is_superuser:
        if user == by:
            raise PeopleError(_("You cannot take the administrator role from yourself. Ask a colleague."), "roles")
        refuse_last_administrator(user, administrators)
    before = user.roles
    user.name, user.house = name, house
    user.save(update_fields=["name", "house"])
    user.groups.set(Group.objects.filter(name__in=roles))
    audit.record("user.changed", user, by=by, added=sorted(roles - before), removed=sorted(before - roles))
    return User.objects.get(pk=user.pk)


@transaction.atomic
def deactivate(user: User, *, by: User) -> None:
    """Shut a person out at once: signed out everywhere, no new sign-in, links and feeds closed.

    Raises PeopleError for oneself and for the last administrator.
    """
    if user == by:
        raise PeopleError(_("You cannot deactivate yourself. Ask a colleague."))
    administrators = lock_administrators()
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active:
        return
    refuse_last_administrator(user, administrators)
    user.is_active = False
    user.deactivated_at = timezone.now()
    user.set_unusable_password()  # a new one, which breaks the seal of every session, also of those we did not list
    user.save(update_fields=["is_active", "deactivated_at", "password"])
    for session in UserSession.objects.filter(user=user):
        session.end()
    revoke_link("invite", user.pk)
    for entry in deactivations:
        entry.apply(user, by)
    audit.record("user.deactivated", user, by=by)


@transaction.atomic
def reactivate(user: User, *, by: User) -> None:
    """Let a person sign in again, with the roles from before; links and feeds stay closed until made anew."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_active:
        return
    user.is_active = True
    user.deactivated_at = None
    user.save(update_fields=["is_active", "deactivated_at"])
    audit.record("user.reactivated", user, by=by)


@transaction.atomic
def remove_second_factors(user: User, *, by: User) -> None:
    """Let somebody who has lost app and keys set up new ones; signs them out everywhere.

    Raises PeopleError for oneself, since one has just used the own.
    """
    if user == by:
        raise PeopleError(_("You manage your own second factors on your account page."))
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    audit.record("user.second_factors_removed", user, by=by)


def check_roles(roles: Iterable[str], house: str) -> frozenset[str]:
    roles = frozenset(roles)
    if not roles <= set(LABELS):
        raise PeopleError(_("There is no such role."))
    if roles & STAFF_ROLES and not house:
        raise PeopleError(_("Say which house the person works for; approvals need to know."), "house")
    return roles


def lock_administrators() -> set[int]:
    """Return the administrators there are, kept as they are until the transaction ends.

    Asked for twice, since who waited for the lock was shown those from before.
    """
    administrators = User.objects.administrators().values_list("pk", flat=True)
    list(User.objects.select_for_update().filter(pk__in=administrators).order_by("pk"))
    return set(administrators.all())


def refuse_last_administrator(user: User, administrators: set[int]) -> None:
    if administrators == {user.pk}:
        raise PeopleError(_("This is the last administrator. Give the role to somebody else first."))
