"""Who belongs to which municipality: proposed by a booking or a mail domain, confirmed by somebody else."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.exceptions import MunicipalitiesError, NotAllowed
from municipalities.models import ContactPerson, Membership, Municipality, Unit
from taushet.models import User
from taushet.services import audit


@transaction.atomic
def propose_membership(
    user: User, municipality: Municipality, unit: Unit | None = None, *, by: User | None = None
) -> Membership:
    """Note that a person seems to belong to a municipality, and return the membership that stands.

    Gives no rights before somebody confirms it. One that is proposed or confirmed already is left as it is.
    Raises MunicipalitiesError when the unit is in another municipality.
    """
    if unit is not None and unit.municipality_id != municipality.pk:
        raise MunicipalitiesError(_("The unit belongs to another municipality."))
    membership, is_new = Membership.objects.get_or_create(
        user=user, municipality=municipality, ended_at=None, defaults={"unit": unit}
    )
    if is_new:
        audit.record("membership.proposed", membership, by=by, municipality=municipality.pk, user=user.pk)
    return membership


@transaction.atomic
def confirm_membership(membership: Membership, *, by: User) -> Membership:
    """Let a person act for the municipality.

    Raises NotAllowed when `by` is the person itself, or neither staff with the right nor a confirmed member there,
    and MunicipalitiesError when the membership has ended.
    """
    membership = lock(membership)
    if by.pk == membership.user_id:
        raise NotAllowed(_("Somebody else has to confirm where you belong."))
    if not membership.can_be_confirmed_by(by):
        raise NotAllowed(_("You cannot confirm who belongs to this municipality."))
    if membership.ended_at is not None:
        raise MunicipalitiesError(_("This has been ended or refused already."))
    if membership.confirmed_at is None:
        membership.confirmed_by = by
        membership.confirmed_at = timezone.now()
        membership.save(update_fields=["confirmed_by", "confirmed_at"])
        audit.record("membership.confirmed", membership, by=by, municipality=membership.municipality_id)
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User) -> Membership:
    """Refuse a proposal or end a membership; bookings made in one's own name stay one's own.

    Raises NotAllowed when `by` is neither the person, staff with the right, nor, for a proposal, a member there.
    """
    membership = lock(membership)
    if not membership.can_be_ended_by(by):
        raise NotAllowed(_("You cannot end this."))
    if membership.ended_at is None:
        action = "membership.refused" if membership.is_proposed else "membership.ended"
        membership.ended_at = timezone.now()
        membership.save(update_fields=["ended_at"])
        audit.record(action, membership, by=by, municipality=membership.municipality_id)
    return membership


def end_memberships_of(user: User, by: User | None) -> int:
    """End all memberships of a person who is deactivated; called inside that transaction."""
    ended = 0
    for membership in user.memberships.filter(ended_at=None).select_for_update():
        membership.ended_at = timezone.now()
        membership.save(update_fields=["ended_at"])
        audit.record("membership.ended", membership, by=by, municipality=membership.municipality_id)
        ended += 1
    return ended


def lock(membership: Membership) -> Membership:
    return Membership.objects.select_for_update().get(pk=membership.pk)


@transaction.atomic
def save_contact(contact: ContactPerson, *, by: User) -> ContactPerson:
    """Store a new or changed contact person as checked today; the log keeps no name."""
    action = "contact.created" if contact._state.adding else "contact.changed"
    contact.checked_on = timezone.localdate()
    contact.save()
    audit.record(action, contact, by=by, municipality=contact.municipality_id)
    return contact


@transaction.atomic
def delete_contact(contact: ContactPerson, *, by: User) -> None:
    """Erase a contact person for good."""
    audit.record("contact.deleted", contact, by=by, municipality=contact.municipality_id)
    contact.delete()
