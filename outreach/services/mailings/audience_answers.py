"""Who has answered us, to be left out of an audience of those that have not."""

from django.db.models import Q, QuerySet

from outreach.models import ReplyLink


def answers_about(demand: int) -> QuerySet[ReplyLink]:
    """Return the answers about the demand with a number in any wording, or every answer when none is given."""
    answers = ReplyLink.objects.answers().order_by()
    return answers.filter(letter__letter_demands__demand_version__demand__number=demand) if demand else answers


def places_that_answered(demand: int = 0) -> QuerySet:
    """Return the municipalities from which somebody has answered, by their numbers."""
    return answers_about(demand).exclude(letter__municipality=None).values("letter__municipality")


def have_answered(demand: int = 0, *, by_county: bool = False) -> Q:
    """Return what picks the offices that have answered: of a county if any of its did, else the person or office."""
    answers = answers_about(demand)
    if by_county:
        county = "letter__mandate__body__county"
        return Q(body__county__in=answers.exclude(**{county: None}).values(county))
    people = answers.exclude(letter__mandate__politician=None).values("letter__mandate__politician")
    return Q(politician__in=people) | Q(pk__in=answers.exclude(letter__mandate=None).values("letter__mandate"))
