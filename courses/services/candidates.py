"""Who could teach a session, the best first, with all that speaks for and against each in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import DateTimeField, OuterRef, Q, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.models import Assignment, Session, Trainer
from taushet.templatetags.ui import day, moment
from taushet.workdays import OSLO

from .catalogue import when_text
from .fitting import sessions_in, speaks_against, wanted_of
from .hours import month_of
from .knowing import know_trainers
from .reasons import Known, Reason, Wanted, Why
from .travel import distance_km, travel_time

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Candidate:
    """A trainer who could be given a session, with the reasons for and against."""

    trainer: Trainer
    reasons: tuple[Reason, ...]
    distance: int | None
    travel: timedelta
    load: int
    last_here: datetime | None

    @property
    def refused(self) -> bool:
        return any(reason.refuses for reason in self.reasons)

    @property
    def warnings(self) -> list[Reason]:
        return [reason for reason in self.reasons if reason.warns]

    @property
    def fits(self) -> bool:
        return not self.refused and not self.warnings

    @property
    def rank(self) -> tuple:
        """Who fits comes first, then the nearest by whole hours of travel, the least loaded, the last who was here."""
        last_here = self.last_here.timestamp() if self.last_here else 0
        far = ceil(self.travel / HOUR) if self.distance is not None else 0
        return (self.refused, len(self.warnings), far, self.load, -last_here, str(self.trainer), self.trainer.pk)


def candidates_for(session: Session) -> list[Candidate]:
    """Return the active trainers of a session's course who do not teach it yet, the best first, in ten queries."""
    wanted = wanted_of(session)
    teaches = Q(courses=session.course_id) | Q(second_courses=session.course_id)
    mine = Assignment.objects.standing().filter(session=session).values("trainer")
    trainers = list(
        Trainer.objects.filter(pk__in=Trainer.objects.active().filter(teaches).values("pk"))
        .exclude(pk__in=mine)
        .select_related("user", "home")
        .annotate(last_here=last_taught_in(session.municipality_id))
    )
    known = know_trainers(trainers, wanted.spans)
    found = [candidate(trainer, known[trainer.pk], wanted) for trainer in trainers]
    return sorted(found, key=lambda one: one.rank)


def candidate(trainer: Trainer, known: Known, wanted: Wanted) -> Candidate:
    """Compare one of `candidates_for` with what is wanted."""
    distance = distance_km(known.home, wanted.place)
    month = month_of(wanted.spans[0][0].astimezone(OSLO).date()) if wanted.spans else None
    return Candidate(
        trainer=trainer,
        reasons=tuple(speaks_against(known, wanted)),
        distance=None if distance is None else round(distance),
        travel=travel_time(known.home, wanted.place),
        load=len(sessions_in(known, month) - {wanted.session}) if month else 0,
        last_here=trainer.last_here,
    )


def last_taught_in(municipality: str | None):
    """Return when a trainer last taught in a municipality, as an expression for a query of trainers."""
    if municipality is None:
        return Value(None, output_field=DateTimeField())
    taught = Assignment.objects.standing().filter(
        trainer=OuterRef("pk"), session__municipality=municipality, session__last_ends_at__lt=timezone.now()
    )
    held = taught.exclude(session__state=Session.State.CANCELLED).order_by("-session__last_ends_at")
    return Subquery(held.values("session__last_ends_at")[:1])


def name_sessions(reasons: Iterable[Reason]) -> Mapping[int, str]:
    """Return what the sessions in some reasons are called, for those who may see them."""
    found = Session.objects.filter(pk__in={reason.session for reason in reasons if reason.session})
    return {
        session.pk: f"{session.course.title}, {session.municipality or session.get_format_display()}"
        for session in found.select_related("course", "municipality")
    }


def say_reason(reason: Reason, sessions: Mapping[int, str] | None = None) -> str:
    """Say a reason in words; `sessions` names the sessions, and is left out for those who may not see them."""
    when = when_text(*reason.span) if reason.span else ""
    what = (sessions or {}).get(reason.session, "")
    match reason.why:
        case Why.TAKEN if what:
            return _("teaches %(when)s: %(what)s") % {"when": when, "what": what}
        case Why.TAKEN:
            return _("teaches %(when)s") % {"when": when}
        case Why.COURSE:
            return _("does not teach this course")
        case Why.SECOND:
            return _("teaches this course only as the second trainer")
        case Why.INVITED:
            return _("has not answered the invitation to be a trainer")
        case Why.NEVER_HERE:
            return _("has never signed in here, so nobody knows whether the question is seen")
        case Why.IMPARTIAL:
            return _("must not teach in this municipality, to be impartial")
        case Why.LANGUAGE:
            return _("does not teach in this form of Norwegian")
        case Why.COUNTY:
            return _("does not travel to this county")
        case Why.AWAY:
            return _("is away %(when)s") % {"when": when}
        case Why.BUSY:
            return _("is busy elsewhere %(when)s") % {"when": when}
        case Why.UNREAD if reason.at:
            return _("has a calendar we have not been able to read since %(when)s") % {"when": moment(reason.at)}
        case Why.UNREAD:
            return _("has a calendar we have not been able to read yet")
        case Why.BEYOND:
            return _("has a calendar we read no further than %(day)s") % {"day": day(reason.at) if reason.at else ""}
        case Why.NO_HOURS:
            return _("has not said to be free %(when)s") % {"when": when}
        case Why.UNKNOWN:
            return _("has not said when")
        case Why.HOLIDAY:
            return _("%(name)s is a public holiday") % {"name": reason.name}
        case Why.WEEK:
            return ngettext(
                "has %(count)d session that week already, and wants no more",
                "has %(count)d sessions that week already, and wants no more",
                reason.number,
            ) % {"count": reason.number}
        case Why.MONTH:
            return ngettext(
                "has %(count)d session that month already, and wants no more",
                "has %(count)d sessions that month already, and wants no more",
                reason.number,
            ) % {"count": reason.number}
        case Why.TRAVEL:
            text = _("teaches %(when)s, and the way takes about %(time)s")
            return text % {"when": when, "time": say_minutes(reason.minutes)}


def say_minutes(minutes: int) -> str:
    """Say how long something takes: 45 min, 2 h, 3 h 20 min."""
    hours, rest = divmod(minutes, 60)
    parts = [_("%(count)d h") % {"count": hours}] if hours else []
    parts += [_("%(count)d min") % {"count": rest}] if rest or not hours else []
    return " ".join(parts)
