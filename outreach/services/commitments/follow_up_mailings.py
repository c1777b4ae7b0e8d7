"""The draft of a follow-up as a mailing to the one office it is about; approved and sent like any other."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from outreach.exceptions import WrongStatus
from outreach.models import FollowUp, Letter, Mailing, MailingDemand, Mandate, OfficeTask
from outreach.services.mailings.audiences import COUNTY, LOCAL, NATIONAL, Audience, of_counties
from outreach.services.mailings.drafting import draft
from taushet.models import User
from taushet.services import audit


def mail_follow_up(follow_up: FollowUp, *, by: User) -> Mailing:
    """Start a reminder as a draft, with the text of the follow-up, to nobody but the office it is about.

    Doing it again gives the same mailing, unless that was cancelled. Raises WrongStatus, which says why, when the
    follow-up is settled or no letter can go to the office now.
    """
    return mail_follow_ups([follow_up], by=by)


@transaction.atomic
def mail_follow_ups(chosen: Iterable[FollowUp], *, by: User) -> Mailing:
    """Start one reminder to several offices of one place that got the same mailing, each with its own text.

    Raises WrongStatus as `mail_follow_up` does, also when they do not belong together.
    """
    locked = FollowUp.objects.select_for_update().filter(pk__in=[one.pk for one in chosen])
    follow_ups = list(locked.order_by("pk"))
    made = {one.mailing for one in follow_ups if one.is_mailed}
    if made and all(one.mailing in made for one in follow_ups) and len(made) == 1:
        return made.pop()
    if made or any(one.settled_at for one in follow_ups):
        raise WrongStatus(_("This has been followed up already."))
    if len(follow_ups) > 1 and (len({one.group for one in follow_ups}) > 1 or follow_ups[0].letter is None):
        raise WrongStatus(_("Only those of one place who got the same mailing can be written to at once."))
    first = letter_before(follow_ups[0])
    if first is None:
        raise WrongStatus(_("We have sent no letter with this demand, so there is nothing to remind of."))
    if follow_ups[0].letter and first.mailing.status == Mailing.Status.CANCELLED:
        raise WrongStatus(_("The mailing was cancelled, so nobody is reminded of it."))
    if OfficeTask.objects.waiting().filter(mandate__in=[one.mandate.pk for one in follow_ups]).exists():
        raise WrongStatus(_("Mail to this office came back, or its holder has left. Find out what is right first."))
    mailing = start(follow_ups, first, by=by)
    locked.update(mailing=mailing)
    audit.record("mailing.created", mailing, by=by, follows=mailing.origin_id, follow_up=[one.pk for one in follow_ups])
    mailing = draft(mailing, by=by)
    letters = list(mailing.letters.all())
    if not any(letter.status == Letter.Status.READY for letter in letters):
        reasons = " ".join(letters[0].held_reasons) if letters else _("No longer in office on the day it leaves.")
        raise WrongStatus(_("No letter can go to this office now. %(reasons)s") % {"reasons": reasons})
    return mailing


def letter_before(follow_up: FollowUp) -> Letter | None:
    """Return the letter that nobody answers, or the one that the promise answers."""
    if follow_up.letter:
        return follow_up.letter
    promise = follow_up.commitment
    answered = promise.reply.letters.filter(letter_demands__demand_version__demand=promise.demand_id)
    return answered.order_by("-settled_at", "-pk").first()


def start(follow_ups: list[FollowUp], first: Letter, *, by: User) -> Mailing:
    follow_up, offices = follow_ups[0], [one.mandate for one in follow_ups]
    office, promise = offices[0], follow_up.commitment
    place = office.body.municipality
    where = {"municipalities": (place.pk,)} if place else {"bodies": tuple(sorted({one.body_id for one in offices}))}
    is_county = Mandate.objects.filter(of_counties(), pk=office.pk).exists()
    level = LOCAL if place else COUNTY if is_county else NATIONAL
    audience = Audience(level=level, roles=tuple(sorted({one.role for one in offices})), **where)
    language = first.language if promise is None else follow_up.language
    versions = [
        row.demand_version
        for row in first.letter_demands.select_related("demand_version").order_by("position", "pk")
        if promise is None or row.demand_version.demand_id == promise.demand_id
    ]
    is_of_both = first.mailing.senders == Mailing.Senders.BOTH  # what both have written, both go on with
    mailing = Mailing.objects.create(
        title=(_("Follow-up: %(place)s") % {"place": place.display_name if place else office.body})[:120],
        demand_version=versions[0],
        audience=audience.as_json(),
        occasion=Mailing.Occasion.PROMISE if promise else Mailing.Occasion.REMINDER,
        origin=first.mailing,
        senders=first.mailing.senders,
        language_rule=Mailing.LanguageRule.MUNICIPALITY if is_of_both else Mailing.LanguageRule.ONE,
        language=language,
        subject_nb=first.mailing.subject_nb,
        subject_nn=first.mailing.subject_nn,
        author=by,
        last_editor=by,
    )
    MailingDemand.objects.bulk_create(
        MailingDemand(mailing=mailing, demand_version=version, position=position)
        for position, version in enumerate(versions)
    )
    return mailing
