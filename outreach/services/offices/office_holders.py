"""Single offices put in, corrected and ended by hand, and leaves from them."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.services.place_cells import Place
from outreach.exceptions import OutreachError
from outreach.models import Body, Leave, Mandate, Politician
from outreach.services.offices.council_steps import Office, group_name
from outreach.services.offices.council_writing import Bodies
from outreach.services.offices.office_names import name_key
from outreach.services.offices.offices import end_office, next_mandate, save_changed
from outreach.services.offices.parties import short_party
from outreach.services.privacy.objections import open_post_room
from taushet.models import User
from taushet.services import audit

Kind, Role = Body.Kind, Mandate.Role
# Where each office of a municipality or county is held.
LOCAL_ROLES = {
    Role.COUNCILLOR: Kind.COUNCIL,
    Role.SUBSTITUTE: Kind.COUNCIL,
    Role.BOARD_MEMBER: Kind.EXECUTIVE,
    Role.GROUP_LEADER: Kind.PARTY_GROUP,
    Role.COMMITTEE_LEADER: Kind.COUNCIL_COMMITTEE,
    Role.MEMBER: Kind.COUNCIL_COMMITTEE,
    Role.DEPUTY_MAYOR: Kind.MUNICIPALITY,
    Role.DIRECTOR: Kind.MUNICIPALITY,
    Role.MAYOR: Kind.MUNICIPALITY,
    Role.MAILBOX: Kind.MUNICIPALITY,
}


@dataclass(frozen=True)
class NewOffice:
    """An office as somebody types it in."""

    role: str
    first_name: str
    last_name: str
    source: str
    party: str = ""
    committee: str = ""
    title: str = ""
    period: str = ""
    starts_on: date | None = None
    email: str = ""
    checked_on: date | None = None


def local_body(place: Place, new: NewOffice) -> Body:
    """Return the body an office of a municipality or county is held in, made when it is not there."""
    kind = LOCAL_ROLES[new.role]
    if kind == Kind.MUNICIPALITY and place.county:
        kind = Kind.COUNTY
    names = {Kind.PARTY_GROUP: group_name(new.party, place.name), Kind.COUNCIL_COMMITTEE: new.committee}
    return Bodies({place.key: place}).get(Office(place.key, kind, names.get(kind, ""), new.role))


def why_not_in(role: str, kind: str) -> str:
    """Return in words why an office is not held in a kind of body, and which are; nothing when it is."""
    if kind in Mandate.HELD_IN[role]:
        return ""
    held = ", ".join(str(Role(one).label) for one, kinds in Mandate.HELD_IN.items() if kind in kinds)
    words = {"office": Role(role).label, "body": Kind(kind).label, "offices": held}
    return _("“%(office)s” is not held in “%(body)s”. There it can be: %(offices)s.") % words


def committees_of(place: Place) -> QuerySet[Body]:
    """Return the committees of a council that are here."""
    return Body.objects.filter(kind=Kind.COUNCIL_COMMITTEE, **place.where)


def other_body(kind: str, name: str) -> Body:
    """Return a body that is no municipality's, such as a ministry, made when none is called so."""
    here = Body.objects.filter(kind=kind, municipality=None, county=None)
    alike = [body for body in here if body.name.casefold() == name.casefold()]
    return alike[0] if alike else Body.objects.create(kind=kind, name=name)


def namesakes(first_name: str, last_name: str) -> list[Politician]:
    """Return everybody who is called so already, with their offices."""
    key = name_key(f"{first_name} {last_name}")
    last = last_name.split()[-1] if last_name.split() else ""
    found = Politician.objects.filter(last_name__icontains=last[1:]).prefetch_related("mandates__body")
    return [politician for politician in found if name_key(str(politician)) == key]


@transaction.atomic
def add_office(body: Body, new: NewOffice, *, politician: Politician | None, by: User) -> Mandate:
    """Put in who holds an office; `politician` when it is somebody who is here already.

    Whoever holds an office that one person has at a time leaves it that day, and whoever is known to take over later
    follows. Raises OutreachError when the office is not held in such a body, or the same person holds it already.
    """
    if refusal := why_not_in(new.role, body.kind):
        raise OutreachError(refusal)
    body, successor = Body.objects.select_for_update().get(pk=body.pk), None
    day = new.starts_on or timezone.localdate()
    if new.role in Mandate.SINGLE:
        for holder in Mandate.objects.in_office(day).filter(body=body, role=new.role):
            end_office(holder, on=day, by=by)
        successor = next_mandate(body, new.role, after=day)
    if new.role == Role.MAILBOX:  # nobody holds it by name
        politician = None
    held = Mandate.objects.not_ended(day).filter(body=body, role=new.role, politician=politician)
    if politician is not None and new.role not in Mandate.SINGLE and held.exists():
        raise OutreachError(_("This person holds the same office already."))
    if politician is None and new.role != Role.MAILBOX:
        politician = Politician.objects.create(first_name=new.first_name, last_name=new.last_name)
    address = {"email": new.email, "email_source": new.source, "email_checked_on": new.checked_on} if new.email else {}
    try:
        with transaction.atomic():
            mandate = Mandate.objects.create(
                politician=politician,
                body=body,
                role=new.role,
                title=new.title,
                party=short_party(new.party),
                period=new.period,
                starts_on=new.starts_on,
                ends_on=successor.starts_on if successor else None,
                source=new.source,
                is_substitute=True if new.role == Role.SUBSTITUTE else None,
                **address,
            )
    except IntegrityError as error:
        raise OutreachError(_("This person holds the same office already.")) from error
    open_post_room(mandate)
    audit.record("mandate.created", mandate, by=by, role=str(new.role), body=body.pk)
    return mandate


@transaction.atomic
def change_office(mandate: Mandate, values: dict, *, by: User) -> list[str]:
    """Correct an office; returns the fields that changed, nothing when it was so already."""
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    if changed := save_changed(mandate, values):
        open_post_room(mandate)
        audit.record("mandate.changed", mandate, by=by, fields=changed)
    return changed


@transaction.atomic
def start_leave(
    mandate: Mandate, *, starts_on: date, ends_on: date | None, substitute: Mandate | None, by: User
) -> Leave:
    """Record that somebody is away from an office. Raises OutreachError when two leaves would overlap."""
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    for other in mandate.leaves.all():
        begins_before = ends_on is None or other.starts_on < ends_on
        if begins_before and (other.ends_on is None or other.ends_on > starts_on):
            raise OutreachError(_("There is a leave in these days already."))
    leave = Leave.objects.create(mandate=mandate, starts_on=starts_on, ends_on=ends_on, substitute=substitute)
    audit.record("mandate.leave_started", mandate, by=by, on=starts_on.isoformat())
    return leave


@transaction.atomic
def end_leave(leave: Leave, *, on: date, by: User) -> None:
    """Record from which day somebody is back; a leave that has not begun is taken away."""
    leave = Leave.objects.select_for_update().get(pk=leave.pk)
    if on <= leave.starts_on:
        leave.delete()
    else:
        leave.ends_on = on
        leave.save(update_fields=["ends_on"])
    audit.record("mandate.leave_ended", leave.mandate, by=by, on=on.isoformat())
