"""What staff's page of a session's trainers shows: needs, who was asked and answered what, and what happens next."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Assignment, Session, TrainerOffer

from .candidates import Candidate
from .staffing import Need, needs_of
from .taken_off import taken_off_by_staff
from .trainer_fits import candidates_in
from .trainer_offers import answer_before, whom_a_call_fits

State = Assignment.State
SOON = timedelta(days=2)
MOST_SHOWN = 8


@dataclass
class OfferRow:
    """An offer with those it goes to, and until when the one whose turn it is may answer."""

    offer: TrainerOffer
    rows: list[Assignment]
    until: datetime | None = None
    next: Assignment | None = None

    @property
    def title(self) -> str:
        """Say how it goes out: to one, to some in order or to all, and as what."""
        way = _("One trainer") if not self.offer.is_call and len(self.rows) == 1 else self.offer.get_way_display()
        return way if self.offer.kind == Assignment.Kind.LEAD else f"{way}, {self.offer.get_kind_display().lower()}"


@dataclass
class OpenNeed:
    """A kind of trainer that is lacking, and whom it fits now."""

    need: Need
    fit: list[Candidate] = field(default_factory=list)
    more: int = 0
    can_ask: bool = True

    @property
    def count(self) -> int:
        return len(self.fit) + self.more


def is_soon(session: Session) -> bool:
    """Whether there is no time to wait for office hours."""
    return session.first_starts_at - timezone.now() < SOON


def staffing_of(session: Session) -> dict:
    """Return what the page shows, in some twenty queries at most."""
    assignments = list(session.assignments.with_activity().select_related("trainer__user").order_by("pk"))
    teaching = [row for row in assignments if row.state == State.ACCEPTED]
    gone = [row for row in assignments if row.state == State.WITHDRAWN]
    taken_off = taken_off_by_staff(session) if gone else set()
    needs = needs_of(session, [row for row in teaching if row.counts])
    offers = [_offer_row(offer, assignments) for offer in session.trainer_offers.select_related("made_by")]
    return {
        "needs": needs,
        "teaching": teaching,
        "left": [row for row in gone if row.pk not in taken_off],
        "taken_off": [row for row in gone if row.pk in taken_off],
        "open_needs": [_open_need(session, need) for need in needs if need.lacks] if session.takes_trainers else [],
        "standing": [row for row in offers if row.offer.is_standing],
        "ended": [row for row in offers if not row.offer.is_standing],
        "is_soon": is_soon(session),
        "short_until": answer_before(TrainerOffer.Within.HOURS, session),
    }


def _offer_row(offer: TrainerOffer, assignments: list[Assignment]) -> OfferRow:
    rows = sorted((row for row in assignments if row.offer_id == offer.pk), key=lambda row: (row.place_in_line, row.pk))
    until = next((row.answer_by for row in rows if row.state == State.OFFERED), offer.answer_by)
    return OfferRow(offer, rows, until, next((row for row in rows if row.state == State.NEXT), None))


def _open_need(session: Session, need: Need) -> OpenNeed:
    found = whom_a_call_fits(session, need.kind)
    can_ask = bool(found) or can_be_asked(session, need.kind)
    return OpenNeed(need, found[:MOST_SHOWN], len(found[MOST_SHOWN:]), can_ask)


def can_be_asked(session: Session, kind: str) -> bool:
    """Whether there is anybody left who could be asked by name, for a reason if need be."""
    asked = set(session.assignments.waiting().values_list("trainer", flat=True))
    return any(not one.refused and one.trainer.pk not in asked for one in candidates_in(session, kind))


def steps_in(session: Session) -> list[tuple[str, datetime]]:
    """Return until when an answer would be due, by each time that can be given."""
    return [(within.label, answer_before(within, session)) for within in TrainerOffer.Within]
