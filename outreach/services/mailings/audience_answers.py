"""Who has answered us, to be left out of an audience of those that have not."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from outreach.models import Letter, Mailing, Mandate, ReplyLink


@dataclass(frozen=True)
class Silence:
    """How those chosen stand: how many got the mailing that is asked about, and how many have answered."""

    asked: int | None
    answered: int


def letters_of(mailing: int) -> QuerySet[Letter]:
    """Return the letters of a mailing that have left."""
    return Letter.objects.received().filter(mailing=mailing).order_by()


def answered_letters(demand: int = 0, mailing: int = 0) -> QuerySet[Letter]:
    """Return the letters that have been answered: of a mailing, those that put the demand with a number, or all.

    An answer to what followed a mailing, such as a reminder, answers the mailing.
    """
    answers = ReplyLink.objects.answers().order_by()
    if demand:
        answers = answers.filter(letter__letter_demands__demand_version__demand__number=demand)
    if mailing:
        followed = Q(pk=mailing) | Q(origin=mailing) | Q(origin__origin=mailing)
        answers = answers.filter(letter__mailing__in=Mailing.objects.filter(followed).order_by().values("pk"))
    return Letter.objects.filter(pk__in=answers.values("letter")).order_by()


def places_of(letters: QuerySet[Letter]) -> QuerySet:
    """Return the municipalities that letters went to, by their numbers."""
    return letters.exclude(municipality=None).values("municipality")


def offices_of(letters: QuerySet[Letter], level: str) -> Q:
    """Return what picks the offices that letters were about at a level.

    Of a county or a municipality (`county`, `local`) all offices if any got one, else the person or the office.
    """
    if level == "local":
        return Q(body__municipality__in=places_of(letters))
    if level == "county":
        county = "mandate__body__county"
        return Q(body__county__in=letters.exclude(**{county: None}).values(county))
    people = letters.exclude(mandate__politician=None).values("mandate__politician")
    return Q(politician__in=people) | Q(pk__in=letters.exclude(mandate=None).values("mandate"))


def silence_among(chosen: QuerySet[Mandate], answered: QuerySet[Letter], mailing: int, level: str) -> Silence:
    """Return how the offices of an audience stand before those that have answered are left out."""
    if mailing:
        chosen = chosen.filter(offices_of(letters_of(mailing), level))
    counted = chosen.order_by().aggregate(asked=Count("pk"), answered=Count("pk", filter=offices_of(answered, level)))
    return Silence(counted["asked"] if mailing else None, counted["answered"])
