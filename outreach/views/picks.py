"""Who gets a mailing, chosen by hand: found by name and put in, or taken out."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.forms.approvals import SeenForm
from outreach.forms.mailings import OfficeSearchForm
from outreach.models import Mailing, Mandate
from outreach.services.mailings import picks
from outreach.services.mailings.mailings import plan_hash
from outreach.services.sending.stages import has_left
from taushet.views.acting import attempt


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_picks(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    form = OfficeSearchForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    found = list(picks.find_offices(asked)) if asked else []
    is_settled = mailing.status == Mailing.Status.CANCELLED or has_left(mailing)
    chosen = mailing.picks.select_related("mandate__politician", "mandate__body__municipality")
    in_letters = set(
        mailing.letters.filter(mandate__in=[mandate.pk for mandate in found]).values_list("mandate", flat=True)
    )
    context = {
        "mailing": mailing,
        "form": form,
        "asked": asked,
        "found": [(mandate, mandate.pk in in_letters) for mandate in found],
        "chosen": list(chosen),
        "is_settled": is_settled,
        "may_change": request.user.has_perm("outreach.change_mailing") and not is_settled,
        "seen_form": SeenForm(initial={"seen_hash": plan_hash(mailing)}, auto_id=False),
    }
    return render(request, "outreach/mailing_picks.html", context)


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def pick_add(request, pk, mandate_pk):
    return choose(request, pk, mandate_pk, picks.put_in, _("Put in. The letters are drafted anew."))


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def pick_drop(request, pk, mandate_pk):
    return choose(request, pk, mandate_pk, picks.take_out, _("Taken out. The letters are drafted anew."))


@permission_required("outreach.change_mailing", raise_exception=True)
@require_POST
def pick_undo(request, pk, mandate_pk):
    return choose(request, pk, mandate_pk, picks.follow_filter, _("The filter decides again."))


def choose(request, pk, mandate_pk, action, sentence):
    mailing = get_object_or_404(Mailing, pk=pk)
    mandate = get_object_or_404(Mandate, pk=mandate_pk)
    seen = SeenForm(request.POST)
    seen_hash = seen.cleaned_data["seen_hash"] if seen.is_valid() else ""
    attempt(request, lambda: action(mailing, mandate, by=request.user, seen_hash=seen_hash), sentence)
    return redirect(reverse("outreach:mailing_picks", args=[mailing.pk]))
