"""A politician says no to letters, by one click or by the page of the same address, or through staff; and yes again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outreach.forms.objections import ObjectionForm, WithdrawalForm
from outreach.models import Objection, Politician
from outreach.services.privacy.objections import (
    LINK,
    has_objected,
    held_for_it,
    not_yet_queued,
    object_for,
    standing_objection,
    waiting_for,
    withdraw_objection,
)
from taushet.services.links import find_subject


# A mail program that says no for its reader sends a POST with no cookie (RFC 8058); the token is what proves it.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request, token):
    """Ask for a press of a button, since mail programs open links by themselves; a POST objects."""
    number = find_subject(LINK, token)
    if number is None:
        raise Http404
    politician = get_object_or_404(Politician, pk=number)
    if request.method == "POST":
        object_for(politician, source=Objection.Source.ONE_CLICK)
    return render(request, "outreach/objection.html", {"is_done": has_objected(politician.pk)})


@permission_required("outreach.change_mandate", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def politician_object(request, pk):
    """Ask first, since nothing is written to the person afterwards."""
    politician = get_object_or_404(Politician, pk=pk)
    if standing_objection(politician):
        messages.info(request, _("An objection of this person stands already. What you wrote now is not kept."))
        return redirect("outreach:politician_detail", pk=pk)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        object_for(politician, source=Objection.Source.STAFF, by=request.user, note=form.cleaned_data["note"])
        messages.success(request, _("The objection is recorded. No more letters go to this person."))
        return redirect("outreach:politician_detail", pk=pk)
    context = {
        "title": _("Record an objection?"),
        "text": " ".join(
            [
                _("No demand is sent to this person again, in any office. Mail about courses and the post room stay."),
                *what_follows(politician),
            ]
        ),
        "button": _("Record the objection"),
        "form": form,
        "back": reverse("outreach:politician_detail", args=[pk]),
    }
    return render(request, "confirm.html", context)


def what_follows(politician):
    """Say what becomes of the letters there are for somebody."""
    if number := waiting_for(politician):
        yield ngettext(
            "%(number)d letter in the outbox is held at once.",
            "%(number)d letters in the outbox are held at once.",
            number,
        ) % {"number": number}
    if number := not_yet_queued(politician):
        yield ngettext(
            "%(number)d letter that is drafted or waits for approval stays behind when the others go.",
            "%(number)d letters that are drafted or wait for approval stay behind when the others go.",
            number,
        ) % {"number": number}


@permission_required("outreach.change_mandate", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def politician_object_withdraw(request, pk):
    """Ask how it is known, since letters may leave for the person afterwards."""
    politician = get_object_or_404(Politician, pk=pk)
    objection = standing_objection(politician)
    if objection is None:
        messages.info(request, _("No objection of this person stands."))
        return redirect("outreach:politician_detail", pk=pk)
    form = WithdrawalForm(request.POST if request.method == "POST" else None)
    number = len(held_for_it(politician))
    if form.is_valid():
        withdraw_objection(objection, by=request.user, why=form.cleaned_data["why"])
        messages.success(request, _("The objection is withdrawn. Letters may go to this person again."))
        return redirect("outreach:politician_detail", pk=pk)
    held = ngettext(
        "%(number)d letter that was held stays held. You can release it on the person’s page.",
        "%(number)d letters that were held stay held. You can release each on the person’s page.",
        number,
    )
    context = {
        "title": _("Write to this person again?"),
        "text": " ".join(
            [
                _("Do this only when the person has said so. New demands may go to the person again."),
                *([held % {"number": number}] if number else []),
            ]
        ),
        "button": _("The person wants letters again"),
        "form": form,
        "back": reverse("outreach:politician_detail", args=[pk]),
    }
    return render(request, "confirm.html", context)
