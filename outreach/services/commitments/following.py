"""A mailing that follows another one: a reminder, or the correction of a fault."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from outreach.exceptions import NothingToSend, WrongStatus
from outreach.models import Mailing, MailingDemand
from outreach.services.mailings.drafting import draft
from outreach.services.mailings.occasions import recipients_of
from outreach.services.mailings.starts import FORMS, start_of
from taushet.models import User
from taushet.services import audit

# What a mailing does not hand on to one that follows it.
OF_ITS_OWN = frozenset(
    {
        *("id", "origin", "occasion", "status", "content_hash", "author", "last_editor", "created_at", "request_key"),
        *("return_note", "drafted_at", "submitted_at", "send_at", "embargo_until", "paused_at", "rate_now", "run"),
    }
)


@transaction.atomic
def follow_mailing(
    mailing: Mailing,
    *,
    occasion: str,
    by: User,
    faults: Mapping[str, str] | None = None,
    request_key: str | None = None,
) -> Mailing:
    """Start a reminder or a correction as a draft: as the mailing it follows, to those who got its letters.

    It begins with words of its own; `faults` say what was wrong, by form of Norwegian, and a correction needs them.
    It is changed, submitted and approved like any other. The same request key gives the same mailing. Raises
    NothingToSend for a correction that does not say what was wrong, WrongStatus when nobody has got a letter of the
    mailing, or when such a mailing is being written already.
    """
    faults = faults or {}
    if occasion == Mailing.Occasion.ERRATUM and not all(faults.get(code, "").strip() for code in FORMS):
        raise NothingToSend(_("Say what was wrong, in bokmål and in nynorsk."))
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    if request_key and (twin := Mailing.objects.filter(request_key=request_key).first()):
        return twin
    if mailing.occasion == Mailing.Occasion.PROMISE:
        raise WrongStatus(_("This one asks about a promise. What to ask next stands under what is to be followed up."))
    if not recipients_of(mailing):
        raise WrongStatus(_("No letter of this mailing has arrived, so there is nothing to follow."))
    if in_the_way(mailing, occasion).exists():
        raise WrongStatus(_("There is one already. See it under the mailing."))
    kept = {
        field.attname: getattr(mailing, field.attname)
        for field in Mailing._meta.concrete_fields
        if field.name not in OF_ITS_OWN
    }
    following = Mailing.objects.create(
        **kept | start_of(occasion, mailing, faults),
        occasion=occasion,
        origin=mailing,
        author=by,
        last_editor=by,
        request_key=request_key,
    )
    MailingDemand.objects.bulk_create(
        MailingDemand(mailing=following, demand_version=row.demand_version, position=row.position)
        for row in mailing.mailing_demands.select_related("demand_version").order_by("position", "pk")
    )
    audit.record("mailing.created", following, by=by, follows=mailing.pk, occasion=occasion)
    return draft(following, by=by)


def in_the_way(mailing: Mailing, occasion: str) -> QuerySet[Mailing]:
    """Return what keeps another mailing from following one on an occasion.

    A reminder to one office, written from the list of what is to be followed up, does not. Nor does a correction that
    is on its way: another fault may be found, in the letters of others.
    """
    found = mailing.followers.filter(occasion=occasion, follow_ups=None).exclude(status=Mailing.Status.CANCELLED)
    return found.exclude(status=Mailing.Status.APPROVED) if occasion == Mailing.Occasion.ERRATUM else found
