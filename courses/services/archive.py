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

from courses.models import Booking, BookingMessage, Participant
from taushet.models import AuditEntry
from taushet.pdf import make_pdf
from taushet.registries import message_kinds
from taushet.services import audit
from taushet.templatetags.ui import kroner, moment, moment_span

from .events import location
from .own_copy import without_links, zipped

FORMAT = "taushet-sak-1"
ARCHIVE = ("a-2a", "ua-1")  # to be kept for long, and to be read by everybody
MOST_ROWS = 2000
MOST_LETTERS = 200
LONGEST_LETTER = 8000


def write_case(booking: Booking) -> bytes:
    """Return the zipped case as it stands now; that it was taken out is recorded."""
    now = timezone.now()
    name = f"bestilling-{booking.pk}"
    pdf = make_pdf("courses/case.typ", {"data": json.dumps(_document(booking, now))}, made_at=now, standards=ARCHIVE)
    fields = json.dumps(_fields(booking, now), ensure_ascii=False, indent=1)
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
    people = [_person(participant) for participant in _participants(booking)]
    if people:
        yield {
            "title": _("Participants"),
            "columns": [_("Name"), _("Workplace"), _("Role"), _("State"), _("Named")],
            "rows": [[*row[:4], moment(row[4])] for row in people],
        }
    steps = [[moment(entry.at), STEPS[entry.action]()] for entry in _entries(booking)]
    if steps:
        yield {"title": _("History"), "columns": [_("When"), _("What was done")], "rows": steps}
    sent = [_line(row) for row in _messages(booking)]
    if sent:
        columns = [_("When"), _("To"), _("Kind"), _("State")]
        section = {"title": _("E-mails"), "columns": columns, "rows": sent}
        if _to_contacts(booking).count() > MOST_LETTERS:
            section["note"] = _("The texts of the newest %(number)d to the contacts follow.") % {"number": MOST_LETTERS}
        yield section


def _facts(booking: Booking) -> list[list[str]]:
    session = booking.session
    meetings = [
        f"{moment_span(meeting.starts_at, meeting.ends_at)}, {location(meeting)}".rstrip(", ")
        for meeting in _meetings(booking)
    ]
    contact = [booking.contact_name, booking.contact_role, booking.contact_email, booking.contact_phone]
    facts = [
        (_("Booking"), str(booking.pk)),
        (_("State"), str(booking.get_state_display())),
        (_("Course"), session.course.title),
        (_("When and where"), "\n".join(meetings)),
        (_("Municipality"), booking.municipality.name),
        (_("Unit"), booking.unit.name if booking.unit else booking.unit_name),
        (_("Seats"), str(booking.seats)),
        (_("Contact"), "\n".join(filter(None, contact))),
        (_("Second contact"), "\n".join(filter(None, [booking.second_name, booking.second_email]))),
        (_("Price"), str(kroner(booking.total_price)) if booking.seat_price else ""),
        (_("Payer"), _payer(booking)),
        (_("Invoice reference"), booking.invoice_reference),
        (_("Booked"), moment(booking.created_at)),
        (_("Confirmed"), moment(booking.confirmed_at)),
        (_("Ended"), moment(booking.ended_at)),
    ]
    return [[str(word), str(value)] for word, value in facts if value]


def _payer(booking: Booking) -> str:
    if not booking.payer:
        return ""
    return " ".join(filter(None, [booking.payer.name, booking.payer.organisation_number]))


def _meetings(booking: Booking) -> list:
    meetings = list(booking.session.meetings.order_by("starts_at", "pk"))
    for meeting in meetings:
        meeting.session = booking.session
    return meetings


def _participants(booking: Booking) -> QuerySet[Participant]:
    """Everybody who has or had a named seat; the names are those of now, erased ones are gone."""
    return booking.participants.order_by("created_at", "pk")[:MOST_ROWS]


def _person(one: Participant) -> list:
    return [one.listed_name, one.workplace, one.role, str(one.get_state_display()), one.created_at]


def _messages(booking: Booking) -> list[BookingMessage]:
    rows = booking.messages.select_related("message", "participant").order_by("message__created_at", "pk")
    return list(rows[:MOST_ROWS])


def _to_contacts(booking: Booking) -> QuerySet[BookingMessage]:
    """Return the mails to those who answer for the booking, the newest when there are very many."""
    contacts = Q(message__to_email__in={booking.contact_email, booking.second_email} - {""})
    rows = booking.messages.filter(contacts).exclude(message__text="").select_related("message")
    newest = rows.order_by("-message__created_at", "-pk").values("pk")[:MOST_LETTERS]
    return booking.messages.filter(pk__in=list(newest.values_list("pk", flat=True))).select_related("message")


def _whom(row: BookingMessage) -> str:
    if row.participant and row.message.to_email not in {row.booking.contact_email, row.booking.second_email}:
        return row.participant.listed_name
    return row.message.to_email


def _kind(row: BookingMessage) -> str:
    kind = message_kinds.get(row.message.kind)
    return str(kind.label) if kind else row.message.kind


def _line(row: BookingMessage) -> list[str]:
    message = row.message
    return [moment(message.settled_at or message.created_at), _whom(row), _kind(row), str(message.get_state_display())]


def _letter(row: BookingMessage) -> dict:
    message = row.message
    when = moment(message.settled_at or message.created_at)
    return {
        "title": without_links(message.subject),
        "about": f"{when} · {message.to_email} · {message.get_state_display()}",
        "text": without_links(message.text)[:LONGEST_LETTER].strip(),
    }


def _entries(booking: Booking) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.about(booking).filter(action__in=STEPS).order_by("at", "pk")[:MOST_ROWS]


STEPS = {
    "booking.held": lambda: _("Booked; the seats were held until the address was confirmed."),
    "booking.waiting": lambda: _("Put on the waiting list."),
    "booking.offered": lambda: _("Seats were offered."),
    "booking.offer_declined": lambda: _("The offer was declined."),
    "booking.confirmed": lambda: _("Confirmed."),
    "booking.seats": lambda: _("The number of seats was changed."),
    "booking.moved": lambda: _("Moved to another date."),
    "booking.second_contact": lambda: _("A second contact was named."),
    "booking.second_contact_removed": lambda: _("The second contact was removed."),
    "booking.hand_over": lambda: _("A colleague was asked to take over."),
    "booking.taken_over": lambda: _("A colleague took over."),
    "booking.cancelled": lambda: _("Cancelled."),
    "booking.expired": lambda: _("Expired, since the address was not confirmed."),
    "booking.archived": lambda: _("The case was taken out as a file."),
}


def _fields(booking: Booking, now: datetime) -> dict:
    """Return the case in the words of Noark 5: a folder (mappe) and its registrations (registrering)."""
    session = booking.session
    return {
        "format": FORMAT,
        "uttrekksdato": now.isoformat(),
        "mappe": {
            "mappeID": f"bestilling-{booking.pk}",
            "tittel": f"Bestilling {booking.pk}",
            "opprettetDato": booking.created_at.isoformat(),
            "bekreftetDato": _iso(booking.confirmed_at),
            "avsluttetDato": _iso(booking.ended_at),
            "status": booking.state,
            "kommune": {"kommunenummer": booking.municipality.number, "navn": booking.municipality.name},
            "enhet": booking.unit.name if booking.unit else booking.unit_name,
            "kurs": session.course.text("title", "nb"),
            "moter": [
                {
                    "start": meeting.starts_at.isoformat(),
                    "slutt": meeting.ends_at.isoformat(),
                    "sted": location(meeting),
                }
                for meeting in _meetings(booking)
            ],
            "plasser": booking.seats,
            "pris": {"perPlass": str(booking.seat_price), "samlet": str(booking.total_price), "valuta": "NOK"},
            "betaler": _payer(booking),
            "fakturareferanse": booking.invoice_reference,
            "parter": [
                {"rolle": "kontakt", "navn": booking.contact_name, "epost": booking.contact_email},
                *(
                    [{"rolle": "andrekontakt", "navn": booking.second_name, "epost": booking.second_email}]
                    if booking.second_email
                    else []
                ),
                *(
                    {
                        "rolle": "deltaker",
                        "navn": name,
                        "arbeidssted": workplace,
                        "stilling": role,
                        "status": state,
                        "registrert": named_at.isoformat(),
                    }
                    for name, workplace, role, state, named_at in map(_person, _participants(booking))
                ),
            ],
            "hendelser": [
                {
                    "dato": entry.at.isoformat(),
                    "hendelse": entry.action,
                    "utfortAv": entry.actor_kind or "saksbehandler",
                }
                for entry in _entries(booking)
            ],
            "registrering": [_registration(row) for row in _messages(booking)],
        },
    }


def _registration(row: BookingMessage) -> dict:
    message = row.message
    is_to_contact = message.to_email in {row.booking.contact_email, row.booking.second_email} - {""}
    document = {"tekst": without_links(message.text)[:LONGEST_LETTER]} if is_to_contact else {}
    return {
        "registreringstype": "journalpost",
        "journalposttype": "Inngående dokument",
        "tittel": without_links(message.subject),
        "opprettetDato": message.created_at.isoformat(),
        "sendtDato": _iso(message.settled_at) if message.state == "sent" else None,
        "status": message.state,
        "korrespondansepart": {"korrespondanseparttype": "Mottaker", "navn": _whom(row)},
        "dokumentbeskrivelse": document,
    }


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
