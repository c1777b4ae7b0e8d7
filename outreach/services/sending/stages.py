"""How far an approved mailing is, in a word: its status says only that somebody has approved it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outreach.models import Letter, Mailing
from outreach.services.sending.steering import WAITING, carrying
from taushet.models import Message
from taushet.workdays import next_business_time

# What has not left and still may; what waits for a person too.
OPEN = (Letter.Status.READY, Letter.Status.QUEUED)
GONE = (Letter.Status.SENT, Letter.Status.STAYED, Letter.Status.UNKNOWN)


@dataclass(frozen=True)
class Stage:
    """A word for where a mailing stands, and the colour of its badge."""

    label: str
    color: str


OF_STATUS = {Mailing.Status.DRAFT: "neutral", Mailing.Status.SUBMITTED: "info", Mailing.Status.CANCELLED: "neutral"}
PAUSED = Stage(_("Paused"), "warning")
WAITS = Stage(_("Approved, waits to leave"), "info")
LEAVES = Stage(_("On its way out"), "info")
FINISHED = Stage(_("Finished"), "success")
NEEDS_YOU = Stage(_("Finished, but letters need you"), "warning")


def stage_among(mailing: Mailing, counts: Mapping[str, int]) -> Stage:
    """Return the stage of a mailing whose letters are so many in each status."""
    open_ones, gone, troubled = (sum(counts.get(one, 0) for one in some) for some in (OPEN, GONE, Letter.TROUBLE))
    return stage_of(mailing, open_ones=open_ones, gone=gone, troubled=troubled)


def stage_of(mailing: Mailing, *, open_ones: int, gone: int, troubled: int) -> Stage:
    """Return the stage of a mailing of whose letters so many have not left, have, or need a person."""
    if mailing.status != Mailing.Status.APPROVED:
        return Stage(mailing.get_status_display(), OF_STATUS[mailing.status])
    if open_ones and mailing.paused_at:
        return PAUSED
    if open_ones:
        return LEAVES if gone else WAITS
    return NEEDS_YOU if troubled else FINISHED


def has_left(mailing: Mailing) -> bool:
    """Whether a letter of the mailing has left or may have, so that it cannot be changed any more."""
    return mailing.letters.filter(status__in=GONE).exists()


def open_letters(mailing: Mailing) -> int:
    """Return how many letters do not leave when the mailing is cancelled."""
    if mailing.status != Mailing.Status.APPROVED:
        return mailing.letters.filter(status=Letter.Status.READY).count()
    under_way = Message.objects.filter(carrying(mailing), state__in=WAITING)
    return mailing.letters.filter(status=Letter.Status.READY).count() + under_way.count()


def can_be_cancelled(mailing: Mailing) -> bool:
    """Whether there is anything left to cancel: what nobody has approved, or letters that have not left."""
    if mailing.status == Mailing.Status.APPROVED:
        return open_letters(mailing) > 0
    return mailing.status != Mailing.Status.CANCELLED


def departure_of(mailing: Mailing) -> datetime | None:
    """Return when letters leave that wait for a stated time, with offices open; None when no such time is ahead."""
    moment = mailing.leaves_after
    return next_business_time(moment) if moment and moment > timezone.now() else None
