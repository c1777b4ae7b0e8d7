"""What is to be followed up, by place and mailing, and how late each is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from outreach.models import FollowUp
from outreach.services.mailings.occasions import ANSWER_WITHIN
from taushet.workdays import OSLO, add_workdays, workdays_between


@dataclass(frozen=True)
class Group:
    """Those of one place that had the same mailing, or promises of one place."""

    rows: list[FollowUp]

    @property
    def first(self) -> FollowUp:
        return self.rows[0]


def with_what_it_is_about(follow_ups: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    return follow_ups.select_related(
        *("letter__municipality", "letter__mailing", "letter__mandate__body__municipality"),
        *("letter__mandate__body__county", "commitment__municipality", "commitment__mandate__body__municipality"),
        *("commitment__mandate__body__county", "commitment__successor__body__municipality"),
        *("commitment__successor__body__county", "settled_by", "mailing"),
    )


def by_group(follow_ups: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
    """Return them in an order in which those of a group stand together: promises first, then each mailing by place."""
    return follow_ups.order_by(
        "rule",
        Coalesce("letter__mailing", Value(0)),
        Coalesce("letter__municipality__name", "commitment__municipality__name", "letter__mandate__body__county__name"),
        Coalesce("letter__municipality", "commitment__municipality", Value("")),
        Coalesce("letter__mandate__body__county", Value("")),
        "letter__mandate__body__name",
        "opened_at",
        "pk",
    )


def grouped(follow_ups: Iterable[FollowUp], today: date) -> list[Group]:
    """Return rows in the order of `by_group` as groups, each told how many workdays late it is on a day (`late`)."""
    rows = list(follow_ups)
    for row in rows:
        row.late = workdays_late(row, today)
    return [Group(list(some)) for _group, some in groupby(rows, key=lambda row: row.group)]


def workdays_late(follow_up: FollowUp, today: date) -> int:
    """Return how many workdays ago an answer should have come, or a promise been kept; none while there is time."""
    if follow_up.letter:
        sent_on = follow_up.letter.settled_at.astimezone(OSLO).date()
        return workdays_between(add_workdays(sent_on, ANSWER_WITHIN), today)
    due_on = follow_up.commitment.due_on
    return workdays_between(due_on, today) if due_on else 0
