"""What keeps staff from writing to the office that a follow-up is about: then nobody is asked to."""

from datetime import date

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from outreach.models import FollowUp, Mailing, Mandate, OfficeTask
from outreach.services.privacy.objections import tell_silent

CANCELLED, OBJECTED, LEFT, BLOCKED, NO_ADDRESS = "cancelled", "objected", "left_office", "suppressed", "no_address"
TASK = "task"  # a mail to the office came back, or somebody told that its holder has left: a person finds out first
# What somebody can mend, so that it is said; nobody can mend that the recipient wants no letters.
MENDABLE = (LEFT, BLOCKED, NO_ADDRESS, TASK)


def hindrances(follow_ups: QuerySet[FollowUp], today: date) -> dict[int, str]:
    """Return which follow-ups are about an office that no letter may go to on a day (Oslo date), and why.

    A handful of queries, however many there are.
    """
    office = Coalesce("letter__mandate", "commitment__successor", "commitment__mandate")
    rows = list(follow_ups.order_by().values_list("pk", office, "letter__mailing__status"))
    shown = ("politician", "email", "starts_on", "ends_on")
    offices = Mandate.objects.only(*shown).in_bulk({number for _pk, number, _status in rows})
    tell_silent(offices.values())
    in_doubt = set(OfficeTask.objects.waiting().values_list("mandate", flat=True))
    found = {pk: hindrance(offices[number], status, today, number in in_doubt) for pk, number, status in rows}
    return {pk: why for pk, why in found.items() if why}


def hindrance_of(follow_up: FollowUp, today: date) -> str:
    """Return why no letter may go to the office of one follow-up on a day, or nothing."""
    office = follow_up.mandate
    tell_silent([office])
    in_doubt = office.tasks.waiting().exists()
    return hindrance(office, follow_up.letter and follow_up.letter.mailing.status, today, in_doubt)


def hindrance(office: Mandate, status: str | None, today: date, in_doubt: bool) -> str:
    if status == Mailing.Status.CANCELLED:
        return CANCELLED
    if office.has_objected:
        return OBJECTED
    if office.has_ended(today):
        return LEFT
    if not office.email:
        return NO_ADDRESS
    if office.block:
        return BLOCKED
    return TASK if in_doubt else ""


def not_asked(today: date) -> dict[int, str]:
    """Return which waiting follow-ups ask nobody for anything on a day, and why.

    A promise is asked about all the same: how it goes can be found out without writing to whoever gave it.
    """
    return hindrances(FollowUp.objects.waiting().exclude(letter=None), today)


def asked(today: date) -> QuerySet[FollowUp]:
    """The follow-ups that somebody should do something about on a day."""
    return FollowUp.objects.waiting().exclude(pk__in=not_asked(today))
