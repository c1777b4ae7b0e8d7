"""What a mailing would send: every letter, those held and why, and how the letters differ."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.approvals import MailingApprovalForm, ReturnForm, SeenForm
from outreach.forms.mailings import LetterFilterForm
from outreach.models import Letter, Mailing, Redelivery
from outreach.services.mailings.approvers import turns
from outreach.services.mailings.drafting import draft
from outreach.services.mailings.dry_runs import MOST_EDITED, edited_letters, held_counts, letter_table, variants
from outreach.services.mailings.history import history
from outreach.services.mailings.letter_links import own_links
from outreach.services.privacy.objections import letters_to_objectors, tell_unwilling
from outreach.services.sending.changes import waiting_on_changed_facts
from outreach.services.sending.stages import GONE, can_be_cancelled, departure_of, has_left, stage_among
from taushet.models import User
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv

from .mailings import drafted

PER_PAGE = 50
PER_PRINT = 100


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_detail(request, pk):
    return mailing_page(request, pk)


def mailing_page(request, pk, **forms):
    """Show a mailing; `forms` are those of its next step that somebody has filled in wrongly."""
    mailings = Mailing.objects.select_related("demand_version__demand", "author", "last_editor")
    mailing = get_object_or_404(mailings, pk=pk)
    reasons = held_counts(mailing)
    form, letters = narrowed(request, mailing, reasons)
    corrected = Redelivery.objects.filter(letter=OuterRef("pk")).exclude(message=None).order_by("-pk")
    shown = letters.select_related("municipality__county", "mandate__politician", "mandate__body").annotate(
        corrected_to=Subquery(corrected.values("to_email")[:1])
    )
    page = Paginator(shown.defer("text", "drafted_text"), PER_PAGE).get_page(request.GET.get("page"))
    tell_unwilling(list(page))
    context = {"mailing": mailing, "form": form, "page": page, "run": mailing.current_run}
    if request.htmx:
        return render(request, "outreach/mailing_detail.html#letters", context | {"has_left": has_left(mailing)})
    return render(request, "outreach/mailing_detail.html", context | surroundings(request, mailing, reasons) | forms)


def narrowed(request, mailing, reasons=None):
    """Return the filter, with the reasons that occur, and the letters it leaves."""
    form = LetterFilterForm(request.GET, reasons=reasons)
    letters = mailing.letters.all()
    if mailing.status != Mailing.Status.CANCELLED and not request.GET.get("status"):
        letters = letters.exclude(status=Letter.Status.CANCELLED)  # taken back to be changed
    return form, form.narrow(letters)


def surroundings(request, mailing, reasons):
    """Return what stands around the list of letters: counts, what can be done now, and the log."""
    counts = mailing.letters.counts()
    objectors = list(letters_to_objectors(mailing))
    seen = {"seen_hash": mailing.content_hash}
    return {
        "changed_facts": waiting_on_changed_facts(mailing),
        "counts": [(Letter.Status(status), counts[status]) for status in Letter.Status.values if status in counts],
        "held": counts.get(Letter.Status.HELD, 0),
        "objectors": objectors,
        "ready": counts.get(Letter.Status.READY, 0) - len(objectors),
        "waiting": counts.get(Letter.Status.READY, 0) + counts.get(Letter.Status.QUEUED, 0),
        "edited": mailing.letters.exclude(edited_at=None).exclude(status=Letter.Status.CANCELLED).count(),
        "held_counts": reasons,
        "versions": mailing.versions,
        "failed_run": mailing.draft_runs.exclude(error="").filter(pk=mailing.draft_runs.values("pk")[:1]).first(),
        "can_approve": mailing.can_be_approved_by(request.user),
        "houses_left": [User.House(house).label for house in mailing.houses_left if house],
        "turns": turns(mailing) if mailing.status == Mailing.Status.SUBMITTED else [],
        "is_own": request.user.pk in mailing.hands,
        "submit_form": SeenForm(initial=seen),
        "approval_form": MailingApprovalForm(initial=seen),
        "return_form": ReturnForm(),
        "approvals": mailing.approvals.select_related("approver"),
        "log": history(mailing),
        "stage": stage_among(mailing, counts),
        "has_left": any(counts.get(status) for status in GONE),
        "can_cancel": can_be_cancelled(mailing),
        "departs_at": departure_of(mailing),
    }


@permission_required("outreach.view_mailing", raise_exception=True)
@never_cache
@require_safe
def mailing_progress(request, pk):
    """Say how far the drafting has come; when it is done the page is shown anew."""
    mailing = get_object_or_404(Mailing, pk=pk)
    run = mailing.current_run
    if run is None and request.htmx:
        response = render(request, "outreach/draft_progress.html", {"mailing": mailing, "run": None})
        response["HX-Refresh"] = "true"
        return response
    if run is None:
        return redirect(mailing)
    return render(request, "outreach/draft_progress.html", {"mailing": mailing, "run": run})


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_variants(request, pk):
    """Show which texts there are, how many letters have each, and what differs between them."""
    mailing = get_object_or_404(Mailing, pk=pk)
    groups = variants(mailing)
    context = {
        "mailing": mailing,
        "groups": groups,
        "edited_left": left_of(edited_letters(mailing), sum(group.is_edited for group in groups), MOST_EDITED),
        "links": own_links(mailing),
        "held_counts": held_counts(mailing),
    }
    return render(request, "outreach/mailing_variants.html", context)


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_print(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    letters = mailing.letters.exclude(status=Letter.Status.CANCELLED).select_related(
        "municipality", "mandate__body__municipality", "mandate__politician", "edited_by"
    )
    page = Paginator(letters.exclude(status=Letter.Status.HELD), PER_PRINT).get_page(request.GET.get("page"))
    held, edited = letters.held(), letters.exclude(status=Letter.Status.HELD).exclude(edited_at=None)
    number = held.count()
    shown = list(edited[:PER_PRINT]) if page.number == 1 else []
    context = {
        "mailing": mailing,
        "page": page,
        "links": own_links(mailing),
        "edited": shown,
        "edited_left": left_of(edited, len(shown), PER_PRINT),
        "held": held[:PER_PRINT] if page.number == 1 else [],
        "held_number": number,
        "held_left": max(0, number - PER_PRINT),
        "held_counts": held_counts(mailing),
    }
    return render(request, "outreach/mailing_print.html", context)


def left_of(letters, shown, most):
    """Return how many letters there are beside those shown; they are counted only when the list is full."""
    return letters.count() - shown if shown == most else 0


@permission_required("outreach.view_letter", raise_exception=True)
@never_cache
@require_safe
def letter_export(request, pk):
    """Give the letters of the list as it is narrowed, all pages of it."""
    mailing = get_object_or_404(Mailing, pk=pk)
    _form, letters = narrowed(request, mailing)
    heading, rows = letter_table(letters)
    response = StreamingHttpResponse(write_csv(heading, rows), content_type=CONTENT_TYPES[CSV])
    response.headers["Content-Disposition"] = f'attachment; filename="brev-{mailing.pk}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def mailing_draft(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    try:
        mailing = draft(mailing, by=request.user, keeps_edits=request.POST.get("edits") != "drop")
    except OutreachError as error:
        messages.error(request, str(error))
        return redirect(mailing)
    return drafted(request, mailing, _("The letters are drafted anew, from what is known now."))
