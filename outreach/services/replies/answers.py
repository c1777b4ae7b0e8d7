"""What is known of answers: which municipalities have answered, and when, for audiences, facts and the public pages."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import BooleanField, Case, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Lower, StrIndex, Substr, TruncDate
from django.db.models.lookups import In
from django.utils import timezone

from municipalities.models import Municipality
from outreach.models import Body, Commitment, Demand, DemandVersion, Letter, LetterDemand, Reply, ReplyLink
from taushet.workdays import OSLO

ANSWER_WITHIN = timedelta(weeks=4)


@dataclass(frozen=True)
class Asked:
    """A demand as it was first put to a municipality, and the newest answer; automatic replies are none."""

    municipality: Municipality
    demand: Demand
    sent_at: datetime
    answered_at: datetime | None
    version: DemandVersion | None = None
    may_be_answered: bool = False  # something has come that nobody has sorted yet

    @property
    def answer_by(self) -> date:
        """The last day of the four weeks that the letters ask for an answer within."""
        return self.sent_at.astimezone(OSLO).date() + ANSWER_WITHIN

    @property
    def is_late(self) -> bool:
        """Whether it is unanswered and those weeks have passed, and nothing waits that may be the answer."""
        return self.answered_at is None and not self.may_be_answered and self.is_over

    @property
    def is_over(self) -> bool:
        """Whether those weeks have passed."""
        return timezone.localdate(timezone=OSLO) > self.answer_by

    @property
    def days(self) -> int:
        """How many days it has waited, by the calendar in Oslo."""
        return (timezone.localdate(timezone=OSLO) - self.sent_at.astimezone(OSLO).date()).days


def answers_to(municipality):
    """The links by which answers reach letters to a municipality (an outer query's, or one)."""
    return ReplyLink.objects.answers().filter(letter__municipality=municipality)


def is_linked(links: QuerySet[ReplyLink], letter: str = ""):
    """Whether some links are about a letter of an outer query (`letter` is the way to it, such as "letter__").

    So are those to a later letter about the same demand to the same office, such as a reminder or a correction: whoever
    answers that has answered the first one too. The mail-box, the mayor and the director of a municipality answer for
    one another, since any of them answers for the municipality itself.
    """
    way = f"{letter}pk", f"{letter}mandate", f"{letter}mandate__body", f"{letter}settled_at"
    pk, mandate, body, settled_at = (OuterRef(name) for name in way)
    demands = LetterDemand.objects.filter(letter=OuterRef(OuterRef(way[0]))).values("demand_version__demand")
    about_the_same = links.filter(
        letter__letter_demands__demand_version__demand__in=demands, reply__received_at__gte=settled_at
    )
    # One for each way: asked for at once by an "or", the database would go through every link for every letter.
    by_the_office = about_the_same.filter(letter__mandate=mandate)
    by_the_place = about_the_same.filter(letter__mandate__body=body, letter__mandate__body__kind=Body.Kind.MUNICIPALITY)
    is_the_place = Q(**{f"{letter}mandate__body__kind": Body.Kind.MUNICIPALITY})  # most are not, and asked no further
    return Exists(links.filter(letter=pk)) | Exists(by_the_office) | (is_the_place & Exists(by_the_place))


def is_answered(letter: str = ""):
    """Whether a letter of an outer query has been answered, by an answer to it or to what followed it."""
    return is_linked(ReplyLink.objects.answers(), letter)


def may_be_answered(letter: str = ""):
    """Whether something that may answer a letter waits for a person: to be sorted, or its sender to be confirmed.

    Automatic replies do not, nor what is in quarantine, so that no stranger keeps a reminder back. What came from the
    domain of the letter's address, and is linked to nothing yet, does.
    """
    return something_waits(letter) | is_linked(ReplyLink.objects.filter(is_of_nobody_known()), letter)


def is_of_nobody_known() -> Q:
    """Return what picks the links of answers while nobody knows that they are from the office they answer for."""
    return Q(reply__kind=Reply.Kind.ANSWER, reply__erased_at=None) & ~ReplyLink.objects.is_confirmed()


def something_waits(letter: str = ""):
    """Whether something that nobody has sorted yet may answer a letter of an outer query."""
    unsorted = ReplyLink.objects.filter(reply__kind=Reply.Kind.UNSORTED, reply__is_automatic=False)
    # Few wait: only letters to an office, or a municipality, that something is linked to are looked at more closely.
    offices = set(unsorted.order_by().values_list("letter__mandate", flat=True)) - {None}
    of_places = unsorted.filter(letter__mandate__body__kind=Body.Kind.MUNICIPALITY).order_by()
    places = set(of_places.values_list("letter__mandate__body", flat=True))
    asked = Q(**{f"{letter}mandate__in": offices}) | Q(**{f"{letter}mandate__body__in": places})
    linked = asked & Q(is_linked(unsorted, letter))
    domains, newest = unlinked_domains()
    if not domains:
        return linked
    return linked | Q(In(domain_of(f"{letter}to_email"), domains), **{f"{letter}settled_at__lte": newest})


def unlinked_domains() -> tuple[list[str], datetime | None]:
    """Return the domains from which mail waits to be sorted that is linked to no letter, and when the newest came.

    They are few: asked for together with each letter, they would be compared for every one.
    """
    unlinked = Reply.objects.filter(kind=Reply.Kind.UNSORTED, is_automatic=False, links=None).order_by("received_at")
    found = dict(unlinked.annotate(domain=domain_of("from_email")).values_list("domain", "received_at"))
    found.pop("", None)
    return sorted(found), max(found.values(), default=None)


def domain_of(address) -> Lower:
    """Return the part of an address from the @ on, in small letters, as the database sees it."""
    return Lower(Substr(address, StrIndex(address, Value("@"))))


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


def public_reply_places(reply: Reply) -> list[tuple]:
    """Return each (municipality number, its name, demand number, slug) that a reply is about, once."""
    demand = "letter__letter_demands__demand_version__demand"
    fields = ("letter__municipality", "letter__municipality__name", f"{demand}__number", f"{demand}__slug")
    found = reply.links.order_by("letter__municipality", f"{demand}__number").values_list(*fields)
    return list(dict.fromkeys(found))


def places_that_may_have_answered() -> set[str]:
    """Return the municipalities from which something waits that may be an answer, until a person has looked at it.

    Nobody is said in public not to have answered while their mail lies with us.
    """
    unsorted = Q(reply__kind=Reply.Kind.UNSORTED, reply__is_automatic=False)
    waiting = ReplyLink.objects.filter(unsorted | is_of_nobody_known()).order_by()
    places = set(waiting.values_list("letter__municipality", flat=True))
    domains, _newest = unlinked_domains()
    if domains:
        letters = Letter.objects.received().annotate(domain=domain_of("to_email")).filter(domain__in=domains)
        places |= set(letters.order_by().values_list("municipality", flat=True))
    return places - {None}


def places_asked(demand: Demand) -> list[Asked]:
    """Return every municipality that has received a demand, since when, and when it has answered, if it has."""
    demanded = {"letter__letter_demands__demand_version__demand": demand}
    answers = ReplyLink.objects.answers().filter(**demanded).order_by()
    newest = dict(answers.values_list("letter__municipality").annotate(newest=Max("reply__received_at")))
    rows: dict[str, Asked] = {}
    waiting = places_that_may_have_answered()
    for letter in Letter.objects.received_places(demand):  # the newest of each place first, so that the oldest stays
        place = letter.municipality
        rows[place.pk] = Asked(
            place, demand, letter.settled_at, newest.get(place.pk), may_be_answered=place.pk in waiting
        )
    return list(rows.values())


def demands_put_to(municipality: Municipality) -> list[Asked]:
    """Return every demand that a municipality has received, since when, and when it has answered, if it has."""
    demanded = "letter__letter_demands__demand_version__demand"
    answers = ReplyLink.objects.answers().filter(letter__municipality=municipality).order_by()
    newest = dict(answers.values_list(demanded).annotate(newest=Max("reply__received_at")))
    received = Letter.objects.received().filter(municipality=municipality)
    put = LetterDemand.objects.filter(letter__in=received).select_related("letter", "demand_version__demand")
    rows: dict[int, Asked] = {}
    waits = municipality.pk in places_that_may_have_answered()
    for row in put.order_by("demand_version__demand__number", "-letter__settled_at"):
        demand = row.demand_version.demand
        version = rows[demand.pk].version if demand.pk in rows else row.demand_version
        rows[demand.pk] = Asked(municipality, demand, row.letter.settled_at, newest.get(demand.pk), version, waits)
    return list(rows.values())
