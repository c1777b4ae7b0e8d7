"""Everything that is kept about a participant, as the person takes it out: one file for machines and one to read.

What belongs to the person is found through the models themselves, so nothing that is added later is forgotten. Other
people, private links and keys stay out.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import BookingMessage, Invitation, Participant
from taushet.models import AuditEntry, Message, SecretLink
from taushet.registries import message_kinds
from taushet.services import audit
from taushet.services.links import PLACEHOLDER_PATH
from taushet.templatetags.ui import moment

from .own_erasing import LINKS

FORMAT = "taushet-opplysninger-1"
SECRET = frozenset({"request_key", "client_key", "token_sha256"})
SHOWN_ELSEWHERE = frozenset({BookingMessage, Invitation, Participant})
MOST_ROWS = 1000
# Of a participant and of a certificate; the alias is what others may see.
NAMES = frozenset(Participant.PERSONAL) - {"alias"}


def write_copy(participant: Participant) -> bytes:
    """Return the two files, zipped; that they were taken out is recorded."""
    sections = list(_sections(participant))
    machine = {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(),
        "sections": [
            {"key": section["key"], "title": section["title"], "rows": [row["values"] for row in section["rows"]]}
            for section in sections
        ],
    }
    readable = render_to_string("courses/own_copy.html", {"sections": sections, "made_at": timezone.now()})
    audit.record("participant.copied", participant, kind="participant")
    return zipped(
        {"opplysninger.json": json.dumps(machine, ensure_ascii=False, indent=1), "opplysninger.html": readable}
    )


def zipped(files: dict[str, str | bytes]) -> bytes:
    """Return files by name as one zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def without_links(text: str) -> str:
    """Return the text of a stored mail as others may read it."""
    return PLACEHOLDER_PATH.sub(_("(private link)"), text)


def _sections(participant: Participant) -> Iterator[dict]:
    hides = participant.is_protected and not participant.email
    yield _section("participant", _("What is written about you"), [_fields(participant, hides_name=hides)])
    yield _section("seat", _("Your seat"), [_seat(participant)])
    for relation in Participant._meta.related_objects:
        model = relation.related_model
        if model not in SHOWN_ELSEWHERE:
            rows = model._base_manager.filter(**{relation.field.name: participant}).order_by("pk")[:MOST_ROWS]
            if found := [_fields(row, hides_name=hides) for row in rows]:
                yield _section(model._meta.model_name, model._meta.verbose_name_plural, found)
    yield _section(
        "calendar", _("Calendar entries we have sent"), [_invitation(row) for row in _invitations(participant)]
    )
    yield _section("messages", _("E-mails"), [_message(row.message) for row in _messages(participant)])
    yield _section(
        "links", _("Your private links, without their addresses"), [_link(row) for row in _links(participant)]
    )
    yield _section("log", _("What was done, and who looked"), [_entry(row) for row in _entries(participant)])


def _section(key: str, title: Any, rows: list[dict]) -> dict:
    """Return a section: each row has its values for machines, and pairs of a word and a text to read."""
    return {
        "key": key,
        "title": str(title)[:1].upper() + str(title)[1:],
        "rows": [
            {
                "values": {name: _plain(value) for name, (_label, value) in row.items()},
                "shown": [(label, _shown(value)) for label, value in row.values() if value not in ("", None, [], {})],
            }
            for row in rows
        ],
    }


def _fields(row: models.Model, *, hides_name: bool = False) -> dict:
    """Return the plain fields of a row, and of its relations only which meeting it is about.

    The link of somebody without an address has been on paper, so a protected name does not stand in what it opens.
    """
    found = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name in SECRET:
            continue
        if field.is_relation:
            if field.name == "meeting":
                found["meeting"] = (_("meeting"), row.meeting.starts_at)
            continue
        value = getattr(row, field.name)
        if isinstance(field, models.BinaryField):
            value = None
        if hides_name and value and field.name in NAMES:
            value = _("Not in this file, since others may have had the address of your page. Call us, and we tell you.")
        if field.choices and value not in ("", None):
            value = str(getattr(row, f"get_{field.name}_display")())
        found[field.name] = (str(field.verbose_name), value)
    return found


def _seat(participant: Participant) -> dict:
    booking, session = participant.booking, participant.booking.session
    return {
        "booking": (_("booking"), booking.pk),
        "course": (_("course"), session.course.title),
        "municipality": (_("municipality"), str(booking.municipality)),
        "starts_at": (_("starts"), session.first_starts_at),
        "ends_at": (_("ends"), session.last_ends_at),
    }


def _invitations(participant: Participant):
    return participant.invitations.select_related("meeting").order_by("pk")[:MOST_ROWS]


def _invitation(row: Invitation) -> dict:
    return {"meeting": (_("meeting"), row.meeting.starts_at)} | _fields(row)


def _messages(participant: Participant):
    """Those to the participant; what was written to others about them is theirs."""
    booking = participant.booking
    others = {booking.contact_email, booking.second_email, ""} - {participant.email} | {""}
    rows = participant.messages.exclude(message__to_email__in=others)
    return rows.select_related("message").order_by("message_id")[:MOST_ROWS]


def _message(message: Message) -> dict:
    kind = message_kinds.get(message.kind)
    return {
        "kind": (_("kind"), str(kind.label) if kind else message.kind),
        "created_at": (_("written"), message.created_at),
        "settled_at": (_("settled"), message.settled_at),
        "state": (_("state"), str(message.get_state_display())),
        "to_email": (_("to"), message.to_email),
        "subject": (_("subject"), without_links(message.subject)),
        "text": (_("text"), without_links(message.text)),
        "has_calendar_entry": (_("with calendar entry"), bool(message.calendar)),
    }


def _links(participant: Participant):
    return SecretLink.objects.filter(purpose__in=LINKS, subject_id=participant.pk).order_by("created_at", "pk")[
        :MOST_ROWS
    ]


def _link(link: SecretLink) -> dict:
    return {
        "purpose": (_("kind"), link.purpose),
        "created_at": (_("made"), link.created_at),
        "revoked_at": (_("closed"), link.revoked_at),
    }


def _entries(participant: Participant):
    return AuditEntry.objects.about(participant).order_by("at", "pk")[:MOST_ROWS]


def _entry(entry: AuditEntry) -> dict:
    return {"at": (_("when"), entry.at), "action": (_("action"), entry.action), "as": (_("as"), entry.actor_kind)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return str(moment(value)) if isinstance(value, datetime) else str(value)
