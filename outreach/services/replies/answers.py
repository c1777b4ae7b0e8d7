"""What is known of answers: which municipalities have answered, and when, for audiences, facts and the public pages."""

from django.db.models import BooleanField, Case, Count, Exists, Max, OuterRef, Subquery, Value, When
from django.db.models.functions import TruncDate

from outreach.models import Commitment, Letter, ReplyLink
from taushet.workdays import OSLO


def answers_to(municipality):
    """The links by which answers reach letters to a municipality (an outer query's, or one)."""
    return ReplyLink.objects.answers().filter(letter__municipality=municipality)


def last_answer():
    """The day of the newest answer of a municipality (Oslo date), nothing when it has never answered."""
    newest = answers_to(OuterRef("pk")).order_by().values("letter__municipality")
    newest = newest.annotate(newest=Max("reply__received_at")).values("newest")
    return TruncDate(Subquery(newest), tzinfo=OSLO)


def answered():
    """Whether a municipality has answered any letter; nothing when it has never had one."""
    written_to = Letter.objects.received().filter(municipality=OuterRef("pk"))
    return Case(
        When(Exists(answers_to(OuterRef("pk"))), then=Value(True)),
        When(Exists(written_to), then=Value(False)),
        default=None,
        output_field=BooleanField(null=True),
    )


def answered_by_demand() -> dict[int, int]:
    """Return how many municipalities have answered each demand, in any wording, also one of several in a letter."""
    counted = ReplyLink.objects.answers().order_by().values_list("letter__letter_demands__demand_version__demand")
    return dict(counted.annotate(number=Count("letter__municipality", distinct=True)))


def promised_by_demand() -> dict[int, int]:
    """Return how many municipalities have promised something about each demand, whatever became of it."""
    counted = Commitment.objects.standing().exclude(municipality=None).order_by().values_list("demand")
    return dict(counted.annotate(number=Count("municipality", distinct=True)))
