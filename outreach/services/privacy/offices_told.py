"""What else we hold of a politician: leaves, tasks, closed addresses, choices by hand, lists that wait."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from municipalities.names import fold
from outreach.models import Leave, Letter, MailingPick, OfficeImport, OfficeTask, Politician
from outreach.services.privacy.stamps import stamp
from taushet.addresses import canonical
from taushet.models import Suppression


def leaves(politician: Politician) -> list[dict[str, Any]]:
    """Return when the person was away from an office, and whom the person met for."""
    found = Leave.objects.filter(mandate__politician=politician) | Leave.objects.filter(
        substitute__politician=politician
    )
    rows = found.select_related("mandate__politician", "substitute__politician").order_by("pk")
    return [
        {
            "office": str(leave.mandate.office),
            "away_from": stamp(leave.starts_on),
            "back_on": stamp(leave.ends_on),
            "meets_instead": str(leave.substitute.politician) if leave.substitute else "",
        }
        for leave in rows
    ]


def tasks(politician: Politician) -> list[dict[str, Any]]:
    """Return what staff were asked to find out about the person's offices."""
    found = OfficeTask.objects.filter(mandate__politician=politician).select_related("mandate")
    return [
        {
            "office": str(task.mandate.office),
            "rule": str(task.get_reason_display()),
            "address": task.email,
            "opened_at": stamp(task.created_at),
            "settled_at": stamp(task.settled_at),
            "outcome": str(task.get_settled_how_display()),
        }
        for task in found.order_by("pk")
    ]


def closed_addresses(politician: Politician) -> list[dict[str, Any]]:
    """Return which of the person's addresses get no mail, and why."""
    rows = Suppression.objects.filter(email__in=[canonical(one) for one in addresses_of(politician)])
    return [
        {"address": row.email, "cause": str(row.get_cause_display()), "opened_at": stamp(row.created_at)}
        for row in rows.order_by("pk")
    ]


def choices(politician: Politician) -> list[dict[str, Any]]:
    """Return in which mailings somebody has put the person in or taken the person out by hand."""
    found = MailingPick.objects.filter(mandate__politician=politician).select_related("mailing", "mandate")
    return [
        {"office": str(pick.mandate.office), "mailing": pick.mailing.title, "put_in": pick.is_added}
        for pick in found.order_by("pk")
    ]


def lists_that_wait(politician: Politician) -> list[dict[str, Any]]:
    """Return the rows with the person's name in lists that nobody has used yet."""
    waiting = OfficeImport.objects.filter(written_at=None, emptied_at=None).order_by("pk")
    names = {fold(name) for name in (politician.first_name, politician.last_name) if name.strip()}
    return [
        {"source": one.source, "from": stamp(one.as_of), "text": " · ".join(cells)}
        for one in waiting
        for cells in rows_in(content_of(one))
        if names and all(f" {name} " in f" {fold(' '.join(cells))} " for name in names)
    ]


def content_of(waiting: OfficeImport) -> Any:
    """Return what a list holds; the Storting's is kept as the files that came."""
    if waiting.kind != OfficeImport.Kind.STORTING:
        return waiting.content
    return [json.loads(text) for text in waiting.content.values()]


def rows_in(content: Any) -> Iterator[list[str]]:
    """Go through the rows of a list, and through what lies in them: of each the values, without what lies in it."""
    inner: Iterable = content.values() if isinstance(content, dict) else content
    if values := [str(value) for value in inner if not isinstance(value, dict | list) and value not in (None, "")]:
        yield values
    for value in inner:
        if isinstance(value, dict | list):
            yield from rows_in(value)


def addresses_of(politician: Politician) -> set[str]:
    """Return every address the person has, or has been written to at."""
    held = politician.mandates.exclude(email="").values_list("email", flat=True)
    tried = Letter.objects.filter(mandate__politician=politician).exclude(to_email="")
    asked = OfficeTask.objects.filter(mandate__politician=politician).exclude(email="")
    return {*held, *tried.values_list("to_email", flat=True), *asked.values_list("email", flat=True)}
