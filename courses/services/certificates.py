"""Course certificates: issued to who has attended enough, revoked when it turns out otherwise, checked by anybody.

A certificate says what was true when it was issued. Its code is drawn at random; nothing else about it can be guessed.
"""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from courses.exceptions import NoCertificate
from courses.models import Booking, Certificate, Participant, Revocation, Session
from taushet.models import StoredFile, User
from taushet.pdf import make_pdf, make_qr_code
from taushet.services import audit
from taushet.services.files import PDF, store_file
from taushet.templatetags.ui import date_span, day, number

from . import messages
from .presence import Attended, attended, attended_by

# Without vowels, so that no word comes out, and without what looks alike.
LETTERS = "23456789CDFGHJKMNPQRTVWXYZ"
LENGTH = 12
KEPT_YEARS = 2
AT_ONCE = 100
FILE_NAME = "kursbevis.pdf"


def is_over(session: Session) -> bool:
    """Whether a session was held: staff has said so, or its time is over and nobody has cancelled it."""
    if session.state == Session.State.HELD:
        return True
    return session.state in Session.OPEN_STATES and session.last_ends_at <= timezone.now()


@transaction.atomic
def issue_certificate(participant: Participant, *, language: str = "", by: User | None = None) -> Certificate:
    """Return the certificate of a participant, issued now unless there is a valid one.

    Raises NoCertificate when the session is not over, the participant has no seat, or attended too little of it.
    """
    participant = _lock(Participant.objects.filter(pk=participant.pk))[0]
    standing = participant.certificates.standing().first()
    if standing:
        return standing
    row = attended_by(participant)
    refuse_unearned(row)
    certificate = _issue([row], by=by, language=language)[0]
    audit.record("certificate.issued", certificate, by=by, kind="" if by else "participant")
    return certificate


@transaction.atomic
def issue_certificates(session: Session, *, by: User) -> list[Certificate]:
    """Issue the certificates of everybody who has earned one and has none; the worker makes and announces them.

    Doing it twice changes nothing. Raises NoCertificate when the session is not over.
    """
    _lock(Participant.objects.filter(booking__session=session))
    if not is_over(session):
        raise NoCertificate(_("Course certificates can be issued when the session is over."))
    have = set(Certificate.objects.standing().filter(session=session).values_list("participant", flat=True))
    rows = [row for row in attended(session) if row.participant.pk not in have and has_earned(row)]
    certificates = _issue(rows, by=by)
    if certificates:
        audit.record("session.certificates_issued", session, by=by, count=len(certificates))
        make_files.enqueue(session.pk)
    return certificates


def refuse_unearned(row: Attended) -> None:
    """Raise NoCertificate with the reason unless somebody has earned a certificate."""
    participant = row.participant
    booking = participant.booking
    if participant.state != Participant.State.ACTIVE or participant.erased_at or not booking.takes_seats:
        raise NoCertificate(_("Only those who took part get a course certificate."))
    if not is_over(booking.session):
        raise NoCertificate(_("Course certificates can be issued when the session is over."))
    required = booking.session.course.attendance_required
    if not row.reaches(required):
        raise NoCertificate(
            _("The course certificate takes %(required)d %% attendance, and %(percent)d %% is recorded.")
            % {"required": required, "percent": row.percent}
        )


def has_earned(row: Attended) -> bool:
    try:
        refuse_unearned(row)
    except NoCertificate:
        return False
    return True


def revoke_unearned(session: Session, participants: set[int], *, by: User) -> int:
    """Revoke the certificates of participants whose attendance has been corrected below what was required.

    Called under the lock on the participants, in the transaction of the correction; returns how many were revoked.
    """
    standing = list(Certificate.objects.standing().filter(session=session, participant__in=participants))
    if not standing:
        return 0
    rows = {row.participant.pk: row for row in attended(session)}
    revoked = 0
    for certificate in standing:
        row = rows.get(certificate.participant_id)
        if row is None or row.reaches(certificate.required_percent):
            continue
        Revocation.objects.create(certificate=certificate, percent=row.percent, revoked_by=by)
        audit.record("certificate.revoked", certificate, by=by, percent=row.percent)
        revoked += 1
    return revoked


def revoke_misnamed(participant: Participant) -> int:
    """Revoke the certificates of a participant that bear another name; called in the transaction of the correction.

    Whoever has earned one gets it anew under the name as it is now. Returns how many were revoked.
    """
    misnamed = participant.certificates.standing().exclude(name=participant.name_on_certificate)
    revoked = 0
    for certificate in misnamed:
        Revocation.objects.create(certificate=certificate, percent=attended_by(participant).percent)
        audit.record("certificate.renamed", certificate, kind="participant")
        revoked += 1
    return revoked


def check_code(text: str) -> Certificate | None:
    """Return the certificate of a code as people type it, or None when there is none, or none any more."""
    code = "".join(text.upper().split()).replace("-", "")
    if len(code) != LENGTH or not set(code) <= set(LETTERS):
        return None
    return Certificate.objects.select_related("revocation").filter(code=code, erased_at=None).first()


@task(priority=-10)
def make_files(session_id: int) -> int:
    """Make the documents of a session's certificates that have none yet, and tell whom they belong to.

    Each is a small transaction of its own, so the task can stop anywhere and run again; returns how many were made.
    """
    waiting = Certificate.objects.standing().filter(session=session_id, file=None).order_by("pk")
    together = waiting.select_related("participant__booking__session__course", "participant__booking__municipality")
    made = 0
    while certificates := list(together[:AT_ONCE]):
        for certificate in certificates:
            with suppress(Certificate.DoesNotExist):  # erased meanwhile
                certificate_file(certificate, tell=True)
        made += len(certificates)
    return made


def certificate_file(certificate: Certificate, *, tell: bool = False) -> StoredFile:
    """Return the document of a certificate, made and kept when it is asked for the first time.

    Whoever makes it because its owner asks need not `tell` the owner. Raises Certificate.DoesNotExist when it has
    been erased meanwhile.
    """
    if certificate.file_id:
        return certificate.file
    content = make_pdf("courses/certificate.typ", _inputs(certificate), made_at=certificate.issued_at)
    with transaction.atomic():
        locked = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk, erased_at=None)
        if locked.file_id is None:
            locked.file = store_file(FILE_NAME, content, allowed=frozenset({PDF}))
            locked.save(update_fields=["file"])
            if tell:
                messages.tell_certificate(certificate)
    return locked.file


def check_address(certificate: Certificate) -> str:
    return settings.BASE_URL + reverse("courses:certificate_check", args=[certificate.shown_code])


def _lock(participants) -> list[Participant]:
    rows = participants.select_for_update(no_key=True, of=("self",)).select_related("booking__session__course")
    return list(rows.order_by("pk"))


def _issue(rows: Iterable[Attended], *, by: User | None, language: str = "") -> list[Certificate]:
    certificates = [
        Certificate(
            participant=row.participant,
            session=row.participant.booking.session,
            number=number_of + 1,
            code=new_code(),
            name=row.participant.name_on_certificate,
            language=language or row.participant.booking.language,
            course_title=_course_title(row.participant, language),
            **_span(row.participant.booking.session),
            hours=(Decimal(row.seconds) / 3600).quantize(Decimal("0.1")),
            required_percent=row.participant.booking.session.course.attendance_required,
            issued_by=by,
        )
        for row, number_of in _numbered(rows)
    ]
    return Certificate.objects.bulk_create(certificates)


def _numbered(rows: Iterable[Attended]) -> list[tuple[Attended, int]]:
    """Put to each how many certificates the participant has had."""
    rows = list(rows)
    had: dict[int, int] = {}
    for participant in Certificate.objects.filter(participant__in=[row.participant.pk for row in rows]).values_list(
        "participant", flat=True
    ):
        had[participant] = had.get(participant, 0) + 1
    return [(row, had.get(row.participant.pk, 0)) for row in rows]


def _course_title(participant: Participant, language: str) -> str:
    booking: Booking = participant.booking
    return booking.session.course.text("title", language or booking.language)


def _span(session: Session) -> dict[str, date]:
    return {
        "first_on": timezone.localdate(session.first_starts_at),
        "last_on": timezone.localdate(session.last_ends_at),
    }


def new_code() -> str:
    """Return a random code; 56 bits, and a unique column besides."""
    return "".join(secrets.choice(LETTERS) for _letter in range(LENGTH))


def _inputs(certificate: Certificate) -> dict[str, str]:
    """Return what stands on the document, in the language form of the participant."""
    address = check_address(certificate)
    shown = urlsplit(settings.BASE_URL).netloc + reverse("courses:certificate_form")
    issued_on = timezone.localdate(certificate.issued_at)
    with translation.override(certificate.language):
        hours = _("%(hours)s hours") % {"hours": number(_plain(certificate.hours))}
        return {
            "title": _("Course certificate"),
            "description": _("Certificate that %(name)s has taken part in a course") % {"name": certificate.name},
            "issuer": "Krisesentersekretariatet",
            "language": certificate.language,
            "region": "GB" if certificate.language == "en" else "NO",
            "lead": _("This is to certify that"),
            "name": certificate.name,
            "took_part": _("has taken part in the course"),
            "course": certificate.course_title,
            "when": f"{date_span(certificate.first_on, certificate.last_on)}, {hours}",
            "issued": _("Issued %(date)s by Krisesentersekretariatet") % {"date": day(issued_on)},
            "check": _("Check code"),
            "code": certificate.shown_code,
            "address": address,
            "address_shown": shown.strip("/"),
            "until": _("Can be checked there until %(date)s") % {"date": day(_checkable_until(certificate.last_on))},
            "qr": make_qr_code(address),
            "qr_alt": _("QR code that leads to the page where the certificate can be checked"),
        }


def _plain(hours: Decimal) -> Decimal | int:
    return int(hours) if hours == int(hours) else hours


def _checkable_until(last_on: date) -> date:
    """Return the day until which the certificate is kept: two years after the course."""
    try:
        return last_on.replace(year=last_on.year + KEPT_YEARS)
    except ValueError:
        return last_on.replace(year=last_on.year + KEPT_YEARS, day=28)
