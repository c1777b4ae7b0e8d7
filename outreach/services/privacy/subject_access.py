"""All we hold about one politician, for whoever asks what we know (GDPR article 15), and what we do with it."""

import json
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from outreach.models import Letter, Politician, Redelivery
from outreach.services.privacy import offices_told, replies_told
from outreach.services.privacy.stamps import stamp
from taushet.models import User
from taushet.pdf import make_pdf
from taushet.registries import retention_rules
from taushet.services import audit

RULES = ("politicians", "letters", "objections", "messages", "suppressions", "audit", "replies", "commitments")


def tell_all(politician: Politician, *, by: User) -> dict[str, Any]:
    """Return everything, as values that JSON knows; that somebody asked for it is recorded."""
    audit.record("politician.told", politician, by=by)
    return {
        "made_at": stamp(timezone.now()),
        "person": person(politician),
        "offices": [office(mandate) for mandate in politician.mandates.select_related("body").order_by("pk")],
        "letters": letters(politician),
        "objections": [
            {
                "made_at": stamp(one.made_at),
                "how": str(one.get_source_display()),
                "note": one.note,
                "withdrawn_at": stamp(one.withdrawn_at),
                "why_withdrawn": one.withdrawn_why,
            }
            for one in politician.objections.order_by("pk")
        ],
        "leaves": offices_told.leaves(politician),
        "tasks": offices_told.tasks(politician),
        "closed_addresses": offices_told.closed_addresses(politician),
        "choices": offices_told.choices(politician),
        "lists_that_wait": offices_told.lists_that_wait(politician),
        "replies": replies_told.replies(politician),
        "commitments": replies_told.commitments(politician),
        "follow_ups": replies_told.follow_ups(politician),
        "what_we_do_with_it": [
            {"what": str(rule.what), "purpose": str(rule.purpose), "basis": str(rule.basis), "kept": str(rule.keep)}
            for rule in (retention_rules[key] for key in RULES)
        ],
    }


def person(politician: Politician) -> dict[str, Any]:
    return {
        "first_name": politician.first_name,
        "last_name": politician.last_name,
        "number_in_the_source": politician.external_id,
        "first_seen": stamp(politician.created_at),
    }


def office(mandate) -> dict[str, Any]:
    return {
        "office": str(mandate.title or mandate.get_role_display()),
        "body": str(mandate.body),
        "party": mandate.party,
        "constituency": mandate.constituency,
        "from": stamp(mandate.starts_on),
        "until": stamp(mandate.ends_on),
        "address": mandate.email,
        "address_from": mandate.email_source,
        "address_checked": stamp(mandate.email_checked_on),
        "source": mandate.source,
    }


def letters(politician: Politician) -> list[dict[str, Any]]:
    """Return every letter that was written to the person, with what became of it and where else it was tried."""
    found = Letter.objects.filter(mandate__politician=politician).exclude(status=Letter.Status.CANCELLED)
    tried: dict[int, list[str]] = {}
    for number, address in Redelivery.objects.filter(letter__in=found, withdrawn_at=None).values_list(
        "letter", "to_email"
    ):
        tried.setdefault(number, []).append(address)
    return [
        {
            "to": letter.to_name,
            "address": letter.to_email,
            "also_tried": tried.get(letter.pk, []),
            "subject": letter.subject,
            "text": letter.text,
            "status": str(letter.get_status_display()),
            "settled_at": stamp(letter.settled_at),
        }
        for letter in found.order_by("pk")
    ]


def as_json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def as_pdf(title: str, parts: list[tuple[str, list]]) -> bytes:
    """Return the same on paper; each part is a heading and rows of (heading, text) pairs, as a person reads them."""
    written = [
        {"heading": heading, "rows": [[[str(name), str(text)] for name, text in row] for row in rows]}
        for heading, rows in parts
    ]
    data = {"title": title, "language": (get_language() or "nb")[:2], "parts": written}
    return make_pdf("outreach/told.typ", {"data": json.dumps(data)}, made_at=timezone.now())
