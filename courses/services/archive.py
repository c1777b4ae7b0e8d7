"""The whole case of a booking as one file, for the municipality's archive: a PDF/A to keep, and its fields as JSON.

The JSON uses the words of the archive standard Noark 5, so that a case system can take it in. What is a secret of
others stays out: private links, the texts of mails to participants, and names that are protected.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.models import Booking, BookingMessage
from taushet.pdf import make_pdf
from taushet.registries import message_kinds
from taushet.services import audit
from taushet.templatetags.ui import kroner, moment, moment_span

from .case_fields import case_fields
from .case_rows import (
    LONGEST_LETTER,
    asked_for,
    entries_of,
    fees_of,
    meetings_of,
    messages_of,
    participants_of,
    payer_of,
    person_row,
    planned_of,
    requests_of,
    step_of,
    whom_of,
)
from .events import location
from .own_copy import without_links, zipped

ARCHIVE = ("a-2a", "ua-1")  # to be kept for long, and to be read by everybody
MOST_LETTERS = 200


def write_case(booking: Booking) -> bytes:
    """Return the zipped case as it stands now; that it was taken out is recorded."""
    now = timezone.now()
    name = f"bestilling-{booking.pk}"
    pdf = make_pdf("courses/case.typ", {"data": json.dumps(_document(booking, now))}, made_at=now, standards=ARCHIVE)
    fields = json.dumps(case_fields(booking, now), ensure_ascii=False, indent=1)
    audit.record("booking.archived", booking, kind="booker")
    return zipped({f"{name}.pdf": pdf, f"{name}.json": fields})


def _document(booking: Booking, now: datetime) -> dict:
    """Return what the template sets: sections with facts or rows, and the letters."""
    language = get_language()
    return {
        "title": _("Booking %(number)s") % {"number": booking.pk},
        "author": "Krisesentersekretariatet",
        "description": _("The case of a booking as it stood when it was taken out"),
        "made": _("As it stood on %(when)s") % {"when": moment(now)},
        "language": language,
        "region": "GB" if language == "en" else "NO",
        "words": {"letters": _("E-mails to the contacts")},
        "sections": list(_sections(booking)),
        "letters": [_letter(row) for row in _to_contacts(booking)],
    }


def _sections(booking: Booking) -> Iterator[dict]:
    yield {"title": _("The booking"), "facts": _facts(booking)}
    people = [person_row(participant) for participant in participants_of(booking)]
    if people:
        yield {
            "title": _("Participants"),
            "columns": [_("Name"), _("Workplace"), _("Role"), _("State"), _("Named")],
            "rows": [[*row[:4], moment(row[4])] for row in people],
        }
    asked = [
        [moment(one.created_at), asked_for(one), one.words, str(one.get_state_display()), one.answer]
        for one in requests_of(booking)
    ]
    if asked:
        yield {
            "title": _("Changes we were asked for"),
            "columns": [_("When"), _("What"), _("What the booker wrote"), _("State"), _("Answer")],
            "rows": asked,
        }
    fees = [
        [
            moment(fee.created_at),
            str(fee.seats),
            _("%(percent)d per cent") % {"percent": fee.percent},
            kroner(fee.amount),
        ]
        for fee in fees_of(booking)
    ]
    if fees:
        yield {
            "title": _("To be paid for seats that were given back"),
            "columns": [_("When"), _("Seats"), _("Share of the price"), _("Amount")],
            "rows": [[str(cell) for cell in row] for row in fees],
        }
    steps = [[moment(entry.at), step_of(entry)] for entry in entries_of(booking)]
    if steps:
        yield {"title": _("History"), "columns": [_("When"), _("What was done")], "rows": steps}
    sent = [_line(row) for row in messages_of(booking)]
    if sent:
        columns = [_("When"), _("To"), _("Kind"), _("State")]
        section = {"title": _("E-mails"), "columns": columns, "rows": sent}
        if _to_contacts(booking).count() > MOST_LETTERS:
            section["note"] = _("The texts of the newest %(number)d to the contacts follow.") % {"number": MOST_LETTERS}
        yield section
    planned = [
        [moment(row.due_at) if row.due_at else row.note, str(row.get_kind_display())] for row in planned_of(booking)
    ]
    if planned:
        yield {"title": _("E-mails that are planned"), "columns": [_("When"), _("Kind")], "rows": planned}


def _facts(booking: Booking) -> list[list[str]]:
    session = booking.session
    meetings = [
        f"{moment_span(meeting.starts_at, meeting.ends_at)}, {location(meeting)}".rstrip(", ")
        for meeting in meetings_of(booking)
    ]
    contact = [booking.contact_name, booking.contact_role, booking.contact_email, booking.contact_phone]
    facts = [
        (_("Booking"), str(booking.pk)),
        (_("State"), str(booking.get_state_display())),
        (_("Course"), session.course.title),
        (_("When and where"), "\n".join(meetings)),
        (_("Municipality"), str(booking.municipality)),
        (_("Unit"), booking.unit.name if booking.unit else booking.unit_name),
        (_("Seats"), str(booking.seats)),
        (_("Contact"), "\n".join(filter(None, contact))),
        (_("Second contact"), "\n".join(filter(None, [booking.second_name, booking.second_email]))),
        (_("Price"), str(kroner(booking.total_price)) if booking.has_price else ""),
        (_("Payer"), payer_of(booking)),
        (_("Invoice reference"), booking.invoice_reference),
        (_("Booked"), moment(booking.created_at)),
        (_("Confirmed"), moment(booking.confirmed_at)),
        (_("Ended"), moment(booking.ended_at)),
    ]
    return [[str(word), str(value)] for word, value in facts if value]


def _to_contacts(booking: Booking) -> QuerySet[BookingMessage]:
    """Return the mails to those who answer for the booking, the newest when there are very many."""
    contacts = Q(message__to_email__in={booking.contact_email, booking.second_email} - {""})
    rows = booking.messages.filter(contacts).exclude(message__text="").select_related("message")
    newest = rows.order_by("-message__created_at", "-pk").values("pk")[:MOST_LETTERS]
    return booking.messages.filter(pk__in=list(newest.values_list("pk", flat=True))).select_related("message")


def _kind(row: BookingMessage) -> str:
    kind = message_kinds.get(row.message.kind)
    return str(kind.label) if kind else row.message.kind


def _line(row: BookingMessage) -> list[str]:
    message = row.message
    return [
        moment(message.settled_at or message.created_at),
        whom_of(row),
        _kind(row),
        str(message.get_state_display()),
    ]


def _letter(row: BookingMessage) -> dict:
    message = row.message
    when = moment(message.settled_at or message.created_at)
    return {
        "title": without_links(message.subject),
        "about": f"{when} · {message.to_email} · {message.get_state_display()}",
        "text": without_links(message.text)[:LONGEST_LETTER].strip(),
    }
