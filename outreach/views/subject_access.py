"""What we hold about a politician, on one page and as files."""

from datetime import date, datetime

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from outreach.models import Politician
from outreach.services.privacy.objections import standing_objection
from outreach.services.privacy.subject_access import as_json, as_pdf, tell_all
from taushet.templatetags.ui import day, moment

MOMENTS = frozenset({"first_seen", "made_at", "settled_at", "withdrawn_at", "received_at", "confirmed_at", "opened_at"})
DAYS = frozenset({"away_from", "back_on", "from", "until", "address_checked", "said_on", "due_on"})
HEADINGS = {
    "person": gettext_lazy("The person"),
    "offices": gettext_lazy("Offices"),
    "letters": gettext_lazy("Letters"),
    "leaves": gettext_lazy("Times away from office"),
    "tasks": gettext_lazy("What staff were to find out"),
    "closed_addresses": gettext_lazy("Addresses that get no mail"),
    "choices": gettext_lazy("Put in or taken out of mailings by hand"),
    "lists_that_wait": gettext_lazy("Lists that nobody has used yet"),
    "away_from": gettext_lazy("Away from"),
    "back_on": gettext_lazy("Back"),
    "meets_instead": gettext_lazy("Who meets instead"),
    "cause": gettext_lazy("Cause"),
    "mailing": gettext_lazy("Mailing"),
    "put_in": gettext_lazy("Put in by hand"),
    "left_out": gettext_lazy("Not told here"),
    "why_withdrawn": gettext_lazy("Why it was withdrawn"),
    "replies": gettext_lazy("Replies"),
    "commitments": gettext_lazy("Promises"),
    "follow_ups": gettext_lazy("To follow up"),
    "received_at": gettext_lazy("Received"),
    "sender": gettext_lazy("Sender"),
    "kind": gettext_lazy("Kind"),
    "files": gettext_lazy("Files"),
    "case_number": gettext_lazy("Journal number"),
    "sender_confirmed": gettext_lazy("How the sender was confirmed"),
    "public_text": gettext_lazy("What everybody may read"),
    "public_speaker": gettext_lazy("Who answers, as everybody may read"),
    "quote": gettext_lazy("What was promised, word for word"),
    "speaker": gettext_lazy("Who promised, with office"),
    "said_on": gettext_lazy("Promised"),
    "due_on": gettext_lazy("To be done by"),
    "confirmed_at": gettext_lazy("Confirmed"),
    "refused": gettext_lazy("Why it was refused"),
    "changes": gettext_lazy("How it went"),
    "rule": gettext_lazy("Why it is followed up"),
    "opened_at": gettext_lazy("Opened"),
    "draft": gettext_lazy("Draft"),
    "said": gettext_lazy("What was said"),
    "outcome": gettext_lazy("What came of it"),
    "objections": gettext_lazy("Objections"),
    "what_we_do_with_it": gettext_lazy("What we do with it"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "number_in_the_source": gettext_lazy("Number in the source"),
    "first_seen": gettext_lazy("Here since"),
    "office": gettext_lazy("Office"),
    "body": gettext_lazy("Body"),
    "party": gettext_lazy("Party"),
    "constituency": gettext_lazy("Constituency"),
    "from": gettext_lazy("From"),
    "until": gettext_lazy("Until"),
    "address": gettext_lazy("Address"),
    "address_from": gettext_lazy("Where the address is from"),
    "address_checked": gettext_lazy("Address checked"),
    "source": gettext_lazy("Source"),
    "to": gettext_lazy("To"),
    "also_tried": gettext_lazy("Also tried"),
    "subject": gettext_lazy("Subject"),
    "text": gettext_lazy("Text"),
    "status": gettext_lazy("Status"),
    "settled_at": gettext_lazy("Settled"),
    "made_at": gettext_lazy("Made"),
    "how": gettext_lazy("How it came"),
    "note": gettext_lazy("What was said"),
    "withdrawn_at": gettext_lazy("Withdrawn"),
    "what": gettext_lazy("What"),
    "purpose": gettext_lazy("Why"),
    "basis": gettext_lazy("Legal basis"),
    "kept": gettext_lazy("How long"),
}


@permission_required("outreach.view_politician", raise_exception=True)
@require_safe
def politician_told(request, pk):
    politician = get_object_or_404(Politician, pk=pk)
    told = tell_all(politician, by=request.user)
    parts = [(HEADINGS.get(key, key), rows) for key, rows in rows_of(told).items()]
    context = {"politician": politician, "parts": parts, "objection": standing_objection(politician)}
    return render(request, "outreach/politician_told.html", context)


def rows_of(told):
    """Return the rows of each part as (heading, text) pairs, without those that say nothing."""
    parts = {key: [value] if isinstance(value, dict) else value for key, value in told.items()}
    return {
        key: [
            [(HEADINGS.get(name, name), read(name, said)) for name, said in row.items() if said or (name == "put_in")]
            for row in rows
        ]
        for key, rows in parts.items()
        if not isinstance(rows, str)
    }


def read(name, said):
    """Return a value as a person reads it: moments and days as they are written here."""
    if name in MOMENTS:
        return moment(datetime.fromisoformat(said))
    if name in DAYS:
        return day(date.fromisoformat(said))
    if name == "left_out":
        return _("What the mail says of others, who got letters too.")
    if isinstance(said, bool):
        return _("Yes") if said else _("No")
    return ", ".join(said) if isinstance(said, list) else said


@permission_required("outreach.view_politician", raise_exception=True)
@require_safe
def politician_told_json(request, pk):
    told = tell_all(get_object_or_404(Politician, pk=pk), by=request.user)
    return as_file(as_json(told), "application/json", "innsyn.json")


@permission_required("outreach.view_politician", raise_exception=True)
@require_safe
def politician_told_pdf(request, pk):
    told = tell_all(get_object_or_404(Politician, pk=pk), by=request.user)
    parts = [(str(HEADINGS.get(key, key)), rows) for key, rows in rows_of(told).items()]
    return as_file(as_pdf(_("What we hold about you"), parts), "application/pdf", "innsyn.pdf")


def as_file(content, content_type, name):
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)
