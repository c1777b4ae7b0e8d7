"""The fields of a case as a case system takes them in, in the words of the archive standard Noark 5."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import translation

from courses.models import Booking, BookingFee, BookingMessage, ChangeRequest, Participant, PlannedMail
from taushet.models import AuditEntry

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
from .mail_plan import AfterCourse
from .own_copy import without_links

FORMAT = "taushet-sak-1"


@translation.override("nb")
def case_fields(booking: Booking, now: datetime) -> dict:
    """Return the case in the words of Noark 5: a folder (mappe) and its registrations (registrering).

    Whoever asks for it in whatever language: the values are in bokmål, as the names are.
    """
    folder = {
        **_about(booking),
        "parter": [*_contacts(booking), *map(_participant, participants_of(booking))],
        "endringsonsker": [_request(one) for one in requests_of(booking)],
        "gebyrer": [_fee(one) for one in fees_of(booking)],
        "hendelser": [_event(entry) for entry in entries_of(booking)],
        "planlagteMeldinger": [_planned(row) for row in planned_of(booking)],
        "registrering": [_registration(row) for row in messages_of(booking)],
    }
    return {"format": FORMAT, "uttrekksdato": now.isoformat(), "mappe": folder}


def _about(booking: Booking) -> dict:
    session = booking.session
    return {
        "mappeID": f"bestilling-{booking.pk}",
        "tittel": f"Bestilling {booking.pk}",
        "opprettetDato": booking.created_at.isoformat(),
        "bekreftetDato": _iso(booking.confirmed_at),
        "avsluttetDato": _iso(booking.ended_at),
        "status": str(booking.get_state_display()),
        "statuskode": booking.state,
        "kommune": {"kommunenummer": booking.municipality.number, "navn": booking.municipality.name},
        "enhet": booking.unit.name if booking.unit else booking.unit_name,
        "kurs": session.course.text("title", "nb"),
        "moter": [
            {
                "start": meeting.starts_at.isoformat(),
                "slutt": meeting.ends_at.isoformat(),
                "sted": location(meeting),
            }
            for meeting in meetings_of(booking)
        ],
        "plasser": booking.seats,
        "pris": {"perPlass": str(booking.seat_price), "samlet": str(booking.total_price), "valuta": "NOK"},
        "betaler": payer_of(booking),
        "fakturareferanse": booking.invoice_reference,
    }


def _contacts(booking: Booking) -> Iterator[dict]:
    yield {"rolle": "kontakt", "navn": booking.contact_name, "epost": booking.contact_email}
    if booking.second_email:
        yield {"rolle": "andrekontakt", "navn": booking.second_name, "epost": booking.second_email}


def _participant(participant: Participant) -> dict:
    name, workplace, role, state, named_at = person_row(participant)
    return {
        "rolle": "deltaker",
        "navn": name,
        "arbeidssted": workplace,
        "stilling": role,
        "status": state,
        "registrert": named_at.isoformat(),
    }


def _request(request: ChangeRequest) -> dict:
    return {
        "dato": request.created_at.isoformat(),
        "hva": asked_for(request),
        "plasser": request.seats,
        "nyDato": _iso(request.session.first_starts_at) if request.session else None,
        "begrunnelse": request.words,
        "status": str(request.get_state_display()),
        "statuskode": request.state,
        "besvartDato": _iso(request.answered_at),
        "svar": request.answer,
    }


def _fee(fee: BookingFee) -> dict:
    return {
        "dato": fee.created_at.isoformat(),
        "plasser": fee.seats,
        "prosent": fee.percent,
        "belop": str(fee.amount),
        "valuta": "NOK",
    }


def _event(entry: AuditEntry) -> dict:
    return {
        "dato": entry.at.isoformat(),
        "hendelse": step_of(entry),
        "hendelseskode": entry.action,
        "utfortAv": str(entry.capacity) or "saksbehandler",
    }


def _planned(row: PlannedMail | AfterCourse) -> dict:
    return {"dato": _iso(row.due_at), "type": str(row.get_kind_display())}


def _registration(row: BookingMessage) -> dict:
    message = row.message
    is_to_contact = message.to_email in {row.booking.contact_email, row.booking.second_email} - {""}
    document = {"tekst": without_links(message.text)[:LONGEST_LETTER]} if is_to_contact else {}
    return {
        "registreringstype": "journalpost",
        "journalposttype": "Utgående dokument",
        "tittel": without_links(message.subject),
        "opprettetDato": message.created_at.isoformat(),
        "sendtDato": _iso(message.settled_at) if message.state == "sent" else None,
        "status": str(message.get_state_display()),
        "statuskode": message.state,
        "korrespondansepart": {"korrespondanseparttype": "Mottaker", "navn": whom_of(row)},
        "dokumentbeskrivelse": document,
    }


def _iso(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
