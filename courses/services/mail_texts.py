"""What a course says and when in the mails of its bookings: the usual, or what staff decided for the course.

Only paragraphs can be replaced. The subject, time, place and links are always the house's, so that no mail tells more
than it may (design rule 9) or lacks what it is for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.exceptions import ContentChanged, CoursesError
from courses.models import Booking, Course, MailKind, MailRule, MailText, Meeting, Participant
from taushet.clocks import days_from
from taushet.models import User
from taushet.services import audit
from taushet.templatetags.ui import day, moment
from taushet.text_comparisons import NUMBER, TEXT
from taushet.texts import BrokenTemplate, Vocabulary, check_template, render_text

LANGUAGES = ("nb", "nn", "en")
VALUES = {
    "name": gettext_lazy("the name of whoever gets the e-mail"),
    "contact": gettext_lazy("the name of the contact who booked"),
    "municipality": gettext_lazy("the name of the municipality"),
    "number": gettext_lazy("the number of the booking"),
    "seats": gettext_lazy("how many seats it has"),
    "missing": gettext_lazy("how many of them have no name yet"),
    "date": gettext_lazy("the date of the meeting, such as 3 March 2027"),
    "time": gettext_lazy("date and time of the meeting"),
    "place": gettext_lazy("where the meeting is"),
    "course": gettext_lazy(
        "the name of the course, but only for those who let it be shown; others read the neutral title"
    ),
}
NUMBERS = ("number", "seats", "missing")
WORDS = Vocabulary(values=frozenset(VALUES), kinds=dict.fromkeys(VALUES, TEXT) | dict.fromkeys(NUMBERS, NUMBER))
MOST_TIMES = 3
Days, Hours = MailRule.Unit.DAYS, MailRule.Unit.HOURS


@dataclass(frozen=True)
class Usual:
    """How a kind of mail is sent unless the course says otherwise."""

    can_be_off: bool = False
    amounts: tuple[int, ...] = ()
    unit: str = Days
    is_before: bool = True
    most: int = 0  # how many units ahead or after are allowed; 0 when the time is not staff's to choose


USUAL = {
    MailKind.CONFIRMATION: Usual(),
    MailKind.WELCOME: Usual(),
    MailKind.NAMES_MISSING: Usual(can_be_off=True, amounts=(14, 4), most=90),
    MailKind.JOINING: Usual(can_be_off=True, amounts=(3,), most=90),
    MailKind.REMINDER: Usual(can_be_off=True, amounts=(1,), most=90),
    MailKind.CHANGE: Usual(),
    MailKind.CANCELLATION: Usual(),
    MailKind.MATERIAL: Usual(can_be_off=True, amounts=(2,), unit=Hours, is_before=False, most=90),
    MailKind.CERTIFICATE: Usual(),
    MailKind.EVALUATION: Usual(can_be_off=True),
}


class MailChanged(ContentChanged):
    """Somebody else has changed the mail since its form was opened; nothing was saved."""

    def __init__(self, now: dict) -> None:
        sentence = _("Somebody else has changed this e-mail while you had it open. Nothing of yours is saved yet.")
        super().__init__(sentence, now)


class TextRefused(CoursesError):
    """Paragraphs or times that cannot be used; `field` says which."""


@dataclass(frozen=True)
class Rule:
    """Whether and when one kind of mail goes."""

    is_on: bool
    amounts: tuple[int, ...]
    unit: str
    is_before: bool

    def times(self, at: datetime) -> list[datetime]:
        """Return when the mails go that belong to a moment; days keep the time of day across changes of the clock."""
        sign = -1 if self.is_before else 1
        if self.unit == Days:
            return [days_from(at, sign * amount) for amount in self.amounts]
        return [at + timedelta(hours=sign * amount) for amount in self.amounts]


def rules_of(course_id: int) -> dict[str, Rule]:
    """Return the rule of every kind of mail of a course."""
    chosen = {row.kind: row for row in MailRule.objects.filter(course=course_id)}
    return {kind: _rule(usual, chosen.get(kind)) for kind, usual in USUAL.items()}


def _rule(usual: Usual, row: MailRule | None) -> Rule:
    if row is None:
        return Rule(True, usual.amounts, usual.unit, usual.is_before)
    amounts = tuple(row.amounts) if usual.most else usual.amounts
    return Rule(row.is_on or not usual.can_be_off, amounts, row.unit if usual.most else usual.unit, usual.is_before)


def texts_of(course_id: int) -> dict[tuple[str, str], str]:
    """Return a course's own paragraphs by kind and language."""
    rows = MailText.objects.filter(course=course_id)
    return {(row.kind, row.language): row.text for row in rows}


def content_of_mail(course_id: int, kind: str) -> dict:
    """Return what the form of a mail shows, so that two editors can be told apart."""
    rule, texts = rules_of(course_id)[kind], texts_of(course_id)
    own = {f"text_{language}": texts.get((kind, language), "") for language in LANGUAGES}
    return {"is_on": rule.is_on, "amounts": list(rule.amounts), "unit": rule.unit} | own


def check_text(course: Course, text: str) -> None:
    """Raise TextRefused when paragraphs say something unknown, or name the course, which may not be told everybody."""
    try:
        check_template(text, WORDS)
    except BrokenTemplate as error:
        raise TextRefused(str(error)) from error
    titles = [getattr(course, f"title_{language}") for language in LANGUAGES]
    if any(title and title.casefold() in text.casefold() for title in titles):
        raise TextRefused(
            _("Write %(variable)s instead of the name of the course. Not everybody wants it in their e-mail.")
            % {"variable": "{{ course }}"}
        )


@transaction.atomic
def change_mail(
    course: Course,
    kind: str,
    *,
    by: User,
    texts: Mapping[str, str],
    is_on: bool,
    amounts: Sequence[int],
    unit: str,
    seen: dict | None = None,
) -> None:
    """Give one kind of mail of a course its own paragraphs and times; an empty text gives back the usual one.

    Raises TextRefused, and MailChanged when the mail is no longer as its form showed it (`seen`). What is planned
    already has to follow: the caller enqueues that.
    """
    usual = USUAL[MailKind(kind)]
    for language, text in texts.items():
        try:
            check_text(course, text)
        except TextRefused as error:
            raise TextRefused(str(error), field=f"text_{language}") from error
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    if seen is not None and seen != (now := content_of_mail(course.pk, kind)):
        raise MailChanged(now)
    for language, text in texts.items():
        own = MailText.objects.filter(course=course, kind=kind, language=language)
        if text.strip():
            own.update_or_create(defaults={"text": text}, create_defaults=_key(course, kind, language) | {"text": text})
        else:
            own.delete()
    values = {"is_on": is_on or not usual.can_be_off, "amounts": list(amounts) or list(usual.amounts), "unit": unit}
    MailRule.objects.update_or_create(course=course, kind=kind, defaults=values)
    written = sorted(language for language, text in texts.items() if text.strip())
    audit.record("course.mail_changed", course, by=by, mail=kind, own_texts=written, **values)


def _key(course: Course, kind: str, language: str) -> dict:
    return {"course": course, "kind": kind, "language": language}


def fill(
    text: str,
    booking: Booking,
    *,
    shows_course: bool,
    participant: Participant | None = None,
    meeting: Meeting | None = None,
    missing: int = 0,
    place: str = "",
) -> str:
    """Return own paragraphs with their values, in the booking's language."""
    session = booking.session
    starts_at = meeting.starts_at if meeting else session.first_starts_at
    with translation.override(booking.language):
        title = session.course.title if shows_course else session.discreet_title
        values = {
            "name": participant.listed_name if participant else booking.contact_name,
            "contact": booking.contact_name,
            "municipality": booking.municipality.name,
            "number": booking.pk,
            "seats": booking.seats,
            "missing": missing,
            "date": day(timezone.localtime(starts_at)),
            "time": moment(timezone.localtime(starts_at)),
            "place": place,
            "course": title,
        }
    return render_text(text, values)[0]
