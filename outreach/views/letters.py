"""One letter, as the recipient will read it, and what somebody writes in it by hand."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from municipalities.models import Indicator
from outreach.exceptions import BrokenLetter, OutreachError
from outreach.forms.approvals import SeenForm
from outreach.forms.letters import LetterForm
from outreach.models import Letter
from outreach.services.mailings.differences import compare
from outreach.services.mailings.edits import drop_edit, edit_letter, fingerprint_of
from outreach.services.mailings.letter_links import own_links
from outreach.services.privacy.objections import tell_unwilling
from outreach.services.sending.sending import send_test_copy
from outreach.services.sending.stages import has_left
from taushet.views.acting import attempt

from .mailings import CANNOT_CHANGE


def letter_of(mailing_pk, pk):
    letters = Letter.objects.select_related(
        "mailing__demand_version__demand",
        "municipality",
        "mandate__politician",
        "mandate__body",
        "message",
        "edited_by",
    )
    return get_object_or_404(letters, mailing=mailing_pk, pk=pk)


@permission_required("outreach.view_letter", raise_exception=True)
@require_safe
def letter_detail(request, mailing_pk, pk):
    letter = letter_of(mailing_pk, pk)
    indicators = Indicator.objects.in_bulk(list(letter.facts), field_name="key")
    facts = [
        {
            **fact,
            "indicator": indicators[key],
            "shown": indicators[key].show(fact["value"]),
            "day": date.fromisoformat(fact["observed_on"]),
        }
        for key, fact in letter.facts.items()
        if key in indicators
    ]
    tell_unwilling([letter])
    tries = list(letter.redeliveries.exclude(message=None).select_related("message").order_by("pk"))
    context = {
        "letter": letter,
        "facts": facts,
        "last_try": tries[-1] if tries else None,
        "tried": list(dict.fromkeys([letter.to_email, *(one.to_email for one in tries[:-1])])) if tries else [],
        "links": own_links(letter.mailing),
        "has_left": has_left(letter.mailing),
        "seen_form": SeenForm(initial={"seen_hash": fingerprint_of(letter)}),
        "subject_pieces": compare(letter.drafted_subject, letter.subject) if letter.is_edited else [],
        "text_pieces": compare(letter.drafted_text, letter.text) if letter.is_edited else [],
    }
    return render(request, "outreach/letter_detail.html", context)


@permission_required("outreach.change_mailing", raise_exception=True)
def letter_edit(request, mailing_pk, pk):
    letter = letter_of(mailing_pk, pk)
    if not letter.can_be_edited:
        messages.error(request, _("This letter cannot be edited now."))
        return redirect(letter)
    if request.method != "POST" and has_left(letter.mailing):
        messages.error(request, CANNOT_CHANGE)
        return redirect(letter)
    initial = {"subject": letter.subject, "text": letter.text, "seen_hash": fingerprint_of(letter)}
    form = LetterForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            edited = edit_letter(letter, by=request.user, **form.cleaned_data)
        except BrokenLetter as error:
            form.add_error(error.field, str(error))
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            is_changed = edited.edited_at != letter.edited_at
            said = _("The letter is saved, and shown as edited by hand.") if is_changed else _("Nothing was changed.")
            messages.success(request, " ".join([said, *taken_back(letter, edited)]))
            return redirect(edited)
    return render(request, "outreach/letter_form.html", {"form": form, "letter": letter})


def taken_back(before, after):
    """Say that the mailing of a letter is a draft again, when what was done to the letter made it one."""
    if before.mailing.status == after.mailing.status:
        return []
    return [_("The mailing is a draft again: it has to be submitted and approved once more.")]


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def letter_edit_drop(request, mailing_pk, pk):
    letter = letter_of(mailing_pk, pk)
    form = SeenForm(request.POST)
    try:
        kept = drop_edit(letter, by=request.user, seen_hash=form.data.get("seen_hash", ""))
    except OutreachError as error:
        messages.error(request, str(error))
        return redirect(letter)
    messages.success(request, " ".join([_("The letter says what the draft says again."), *taken_back(letter, kept)]))
    return redirect(kept)


@permission_required("outreach.test_letter", raise_exception=True)
@require_POST
def letter_test(request, mailing_pk, pk):
    letter = get_object_or_404(Letter, mailing=mailing_pk, pk=pk)
    done = _("A test copy is on its way to %(email)s.") % {"email": request.user.email}
    attempt(request, lambda: send_test_copy(letter, by=request.user), done)
    return redirect(letter)
