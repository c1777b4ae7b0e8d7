"""What to follow up, and when: counted in days on which offices are open, with quiet between what we send somebody."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outreach.models import Commitment, FollowUp, Letter, Mailing, Objection
from outreach.services.mailings.occasions import ANSWER_WITHIN
from outreach.services.replies.answers import is_answered, something_waits
from taushet.models import User
from taushet.services import audit
from taushet.workdays import OSLO, add_workdays, workdays_before

Rule = FollowUp.Rule
SOON = 10
QUIET = 10
AT_ONCE = 500


def open_follow_ups(now: datetime) -> int:
    """Open what is due and close what is no longer needed; returns how many were opened. It may run twice.

    While somebody has had a letter of any mailing in the last ten workdays, reminders to them wait, of promises too.
    """
    today = now.astimezone(OSLO).date()
    close_what_is_answered()
    rows = [FollowUp(rule=Rule.NO_ANSWER, letter=letter, draft=draft_for(letter)) for letter in unanswered(today)]
    rows += [
        FollowUp(rule=rule, commitment=commitment, draft=draft_about(commitment, rule))
        for rule, commitments in ((Rule.DUE_SOON, due_soon(today)), (Rule.OVERDUE, overdue(today)))
        for commitment in commitments
    ]
    FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def unanswered(today: date) -> QuerySet[Letter]:
    """The first letters that have waited 20 workdays for an answer, to whom nothing has been sent for ten.

    An answer to the reminder of a letter, or to its correction, answers the letter. What nobody has sorted yet may be
    an answer, and waits for that. An answer from somebody unknown stops nothing, and neither does an automatic reply.
    An office that nobody holds any longer is reminded of nothing, and neither is who wants no letters, or whose mailing
    has been cancelled since.
    """
    followed = FollowUp.objects.filter(rule=Rule.NO_ANSWER, letter=OuterRef("pk"))
    lately = Letter.objects.received().filter(settled_at__gte=start_of_quiet(today, QUIET))
    # A national office has no municipality, and that of a county only a county.
    to_the_place = lately.filter(municipality=OuterRef("municipality"))
    to_the_county = lately.filter(mandate__body__county=OuterRef("mandate__body__county"))
    to_the_office = lately.filter(mandate=OuterRef("mandate"))
    first = Letter.objects.received().filter(occasion=Mailing.Occasion.FIRST)
    sent = first.filter(settled_at__lt=start_of_quiet(today, ANSWER_WITHIN))
    objected = Objection.objects.filter(politician=OuterRef("mandate__politician"), withdrawn_at=None)
    due = sent.exclude(mailing__status=Mailing.Status.CANCELLED).filter(
        ~Exists(followed),
        ~Exists(objected),
        ~Exists(to_the_place),
        ~Exists(to_the_county),
        ~Exists(to_the_office),
        ~is_answered(),
        ~something_waits(),
        Q(mandate__ends_on=None) | Q(mandate__ends_on__gt=today),
    )
    return due.select_related("municipality", "mandate").order_by("pk")[:AT_ONCE]


def due_soon(today: date) -> QuerySet[Commitment]:
    """The promises to be kept within ten workdays."""
    last = add_workdays(today, SOON)
    return _not_followed(Rule.DUE_SOON, today).filter(due_on__gte=today, due_on__lte=last)


def overdue(today: date) -> QuerySet[Commitment]:
    """The promises whose day is over, from the next workday on."""
    return _not_followed(Rule.OVERDUE, today).filter(due_on__lte=workdays_before(today, 1))


def _not_followed(rule: str, today: date) -> QuerySet[Commitment]:
    """The promises that may still be kept and that this rule has not found, while there is no quiet for the place."""
    followed = FollowUp.objects.filter(rule=rule, commitment=OuterRef("pk"))
    lately = Letter.objects.received().filter(settled_at__gte=start_of_quiet(today, QUIET))
    to_the_place = lately.filter(municipality=OuterRef("municipality"))
    to_the_speaker = lately.filter(mandate=Coalesce(OuterRef("successor"), OuterRef("mandate")))
    due = Commitment.objects.open().filter(~Exists(followed), ~Exists(to_the_place), ~Exists(to_the_speaker))
    return due.select_related("municipality", "mandate", "successor").order_by("pk")


def start_of_quiet(today: date, workdays: int) -> datetime:
    """Return the moment since which so many workdays have not all gone by."""
    return datetime.combine(workdays_before(today, workdays) + timedelta(days=1), time.min, OSLO)


def close_what_is_answered() -> int:
    """Close what is answered or written about, promises that are settled, and letters of cancelled mailings."""
    written = Letter.objects.received().filter(mailing=OuterRef("mailing"))
    waiting = FollowUp.objects.waiting()
    about_promises = waiting.filter(commitment__isnull=False).exclude(commitment__in=Commitment.objects.open())
    changes = {"outcome": FollowUp.Outcome.BY_ITSELF, "settled_at": timezone.now()}
    asked = Q(Exists(written), letter=None) | Q(Exists(written.filter(mandate=OuterRef("letter__mandate"))))
    closed = waiting.filter(asked).update(**changes | {"outcome": FollowUp.Outcome.WRITTEN})
    called_off = waiting.filter(letter__mailing__status=Mailing.Status.CANCELLED)
    for over in (waiting.filter(is_answered("letter__")), about_promises, called_off):
        closed += over.update(**changes)
    let_go_of_what_stayed()
    return closed


def let_go_of_what_stayed() -> None:
    """Let a follow-up be written about again whose letter was held when the others of its mailing were approved."""
    goes = Letter.objects.exclude(status__in=[Letter.Status.HELD, Letter.Status.CANCELLED])
    to_the_office = goes.filter(mailing=OuterRef("mailing"), mandate=OuterRef("letter__mandate"))
    approved = FollowUp.objects.waiting().filter(mailing__status=Mailing.Status.APPROVED, letter__isnull=False)
    approved.filter(~Exists(to_the_office)).update(mailing=None)


def draft_for(letter: Letter) -> str:
    """Return what a reminder could say, in the language form of the letter."""
    with translation.override(letter.language):
        return _plain("no_answer", {"letter": letter})


def draft_about(commitment: Commitment, rule: str) -> str:
    """Return what a question about a promise could say, in the language form of the municipality."""
    with translation.override(FollowUp(rule=rule, commitment=commitment).language):
        context = {"commitment": commitment, "is_over": rule == Rule.OVERDUE}
        return _plain("promise", context)


def _plain(name: str, context: dict) -> str:
    return render_to_string(f"outreach/drafts/{name}.txt", context).replace("\N{NO-BREAK SPACE}", " ").strip() + "\n"


@transaction.atomic
def reopen_follow_up(follow_up: FollowUp, *, by: User) -> None:
    """Let what a person has put aside wait again; what was closed by itself stays so. Twice changes nothing.

    What was said stays, for whoever settles it next.
    """
    by_hand = FollowUp.objects.filter(pk=follow_up.pk, settled_by__isnull=False)
    if by_hand.update(outcome="", settled_at=None, settled_by=None):
        audit.record("follow_up.reopened", follow_up, by=by)


@transaction.atomic
def settle_follow_up(follow_up: FollowUp, *, outcome: str, note: str = "", by: User) -> None:
    """Put down what came of it, with what was said by phone or letter. Doing it twice changes nothing."""
    changed = FollowUp.objects.filter(pk=follow_up.pk, settled_at=None).update(
        outcome=outcome, note=note, settled_at=timezone.now(), settled_by=by
    )
    if changed:
        audit.record("follow_up.settled", follow_up, by=by, outcome=outcome)


@transaction.atomic
def settle_several(follow_ups: Iterable[FollowUp], *, outcome: str, note: str = "", by: User) -> None:
    """Put down the same of several; each can be taken up again by itself."""
    for follow_up in follow_ups:
        settle_follow_up(follow_up, outcome=outcome, note=note, by=by)
