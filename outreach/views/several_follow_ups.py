"""Several follow-ups of one place at once, after a page that says what will happen."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from outreach.exceptions import OutreachError
from outreach.forms.follow_ups import ChosenForm, TalkForm, settling
from outreach.models import FollowUp
from outreach.services.commitments.follow_up_groups import by_group, grouped
from outreach.services.commitments.follow_up_mailings import mail_follow_ups
from outreach.services.commitments.follow_ups import settle_several

from .follow_ups import follow_ups, tell_why_not


@permission_required("outreach.change_followup", raise_exception=True)
def follow_up_several(request):
    """Ask what is to be done with them (GET), or put down what came of them all (POST)."""
    chosen = chosen_in(request.POST if request.method == "POST" else request.GET)
    if not chosen:
        return nothing_chosen(request)
    form = settling(request.POST) if request.method == "POST" else TalkForm()
    if request.method == "POST" and form.is_valid():
        settle_several(chosen, **form.cleaned_data, by=request.user)
        words = ngettext(
            "Put down for %(n)d: %(outcome)s. It can be taken up again under “Done last”.",
            "Put down for %(n)d: %(outcome)s. Each can be taken up again under “Done last”.",
            len(chosen),
        )
        outcome = FollowUp.Outcome(form.cleaned_data["outcome"]).label
        messages.success(request, words % {"n": len(chosen), "outcome": outcome})
        return redirect("outreach:follow_up_list")
    tell_why_not(chosen, timezone.localdate())
    groups = grouped(chosen, timezone.localdate())
    writable = [row for row in chosen if not row.why_not and not row.is_mailed]
    context = {
        "groups": groups,
        "number": len(chosen),
        "writable": writable if len(groups) == 1 and groups[0].first.letter else [],
        "left_out": len(chosen) - len(writable),
        "form": form,
        "dropped": FollowUp.Outcome.DROPPED,
        "chosen": hidden(chosen),
        "to_write": hidden(writable),
    }
    return render(request, "outreach/follow_up_several.html", context)


@permission_required(["outreach.change_followup", "outreach.add_mailing"], raise_exception=True)
@require_POST
def follow_up_several_mail(request):
    chosen = chosen_in(request.POST)
    if not chosen:
        return nothing_chosen(request)
    try:
        mailing = mail_follow_ups(chosen, by=request.user)
    except OutreachError as error:
        messages.error(request, str(error))
        return redirect("outreach:follow_up_list")
    messages.success(request, _("The letters are a draft. Read them, and let a colleague approve them."))
    return redirect(mailing)


def chosen_in(data):
    form = ChosenForm(data, follow_ups=FollowUp.objects.waiting())
    return list(by_group(follow_ups().waiting().filter(pk__in=form.cleaned_data["chosen"]))) if form.is_valid() else []


def hidden(rows):
    return ChosenForm(initial={"chosen": rows}, follow_ups=FollowUp.objects.waiting())["chosen"]


def nothing_chosen(request):
    messages.error(request, _("Choose somebody in the list who waits to be followed up."))
    return redirect("outreach:follow_up_list")
