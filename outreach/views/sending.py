"""How a mailing is sent, how it goes, and what steers it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.sending import FaultForm, ResumeForm, SendingForm
from outreach.models import Letter, Mailing
from outreach.services.commitments.following import follow_mailing
from outreach.services.mailings.letter_pdfs import pdfs_left
from outreach.services.mailings.occasions import days_of, had_it, recipients_of, remind_from
from outreach.services.mailings.schedules import set_schedule
from outreach.services.mailings.starts import FORMS
from outreach.services.sending.changes import waiting_on_changed_facts
from outreach.services.sending.sending_progress import progress_of
from outreach.services.sending.stages import departure_of, open_letters
from outreach.services.sending.steering import pause_mailing, resume_mailing, set_rate, waiting
from taushet.forms.request_keys import RequestKeyForm
from taushet.services.files import serve_file
from taushet.templatetags.ui import day, moment
from taushet.views.acting import attempt

ASKS = ["GET", "HEAD", "POST"]


@permission_required("outreach.view_mailing", raise_exception=True)
@require_safe
def mailing_sending(request, pk):
    mailing = get_object_or_404(Mailing.objects.select_related("origin", "demand_version"), pk=pk)
    context = {
        "mailing": mailing,
        "progress": progress_of(mailing),
        "pdfs_left": pdfs_left(mailing),
        "has_arrived": mailing.letters.filter(status__in=had_it()).exists(),
        "sent_example": sent_example(mailing) if settings.DEMO else None,
        "followers": mailing.followers.exclude(status=Mailing.Status.CANCELLED),
        "can_cancel": open_letters(mailing) > 0,
    }
    page = "outreach/mailing_sending.html"
    if not request.htmx:
        context["changed_facts"] = waiting_on_changed_facts(mailing)
    return render(request, f"{page}#progress" if request.htmx else page, context)


@permission_required("outreach.change_mailing", raise_exception=True)
@require_http_methods(ASKS)
def mailing_sending_update(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    if request.method != "POST" and mailing.status != Mailing.Status.DRAFT:
        messages.error(request, _("How it is sent can be changed in a draft only."))
        return redirect("outreach:mailing_sending", pk=pk)
    names = ("embargo_until", "rate", "attach_pdf")
    form = SendingForm(request.POST or None, initial={name: getattr(mailing, name) for name in names})
    if form.is_valid():
        try:
            set_schedule(mailing, by=request.user, **form.cleaned_data)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, saved_sentence(mailing_id=pk))
            return redirect("outreach:mailing_sending", pk=pk)
    return render(request, "outreach/mailing_sending_form.html", {"form": form, "mailing": mailing})


def saved_sentence(mailing_id):
    sentence = _("Saved. It is part of what your colleague approves.")
    departs_at = departure_of(Mailing.objects.get(pk=mailing_id))
    if departs_at is None:
        return sentence
    return f"{sentence} {_('The letters leave %(when)s at the earliest.') % {'when': moment(departs_at)}}"


def sent_example(mailing):
    """Another mailing of the demonstration whose letters have run their course, for whoever comes at night."""
    stayed = Letter.objects.filter(status=Letter.Status.STAYED).exclude(mailing=mailing.pk)
    return Mailing.objects.filter(pk__in=stayed.values("mailing")).first()


@permission_required("outreach.change_mailing", raise_exception=True)
@require_http_methods(ASKS)
def mailing_pause(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    if request.method == "POST":
        return steer(request, mailing, lambda: pause_mailing(mailing, by=request.user), _("The mailing is paused."))
    number = waiting(mailing).count()
    sentence = ngettext(
        "%(number)d letter waits and stays here until somebody resumes the mailing.",
        "%(number)d letters wait and stay here until somebody resumes the mailing.",
        number,
    )
    still = _("A letter that is being handed over this very moment still leaves.")
    return ask(
        request,
        mailing,
        title=_("Pause the mailing?"),
        text=f"{sentence % {'number': number}} {still}",
        button=_("Pause"),
    )


@permission_required("outreach.change_mailing", raise_exception=True)
@require_http_methods(ASKS)
def mailing_resume(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    form = ResumeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        rate = form.cleaned_data["rate"]
        return steer(
            request, mailing, lambda: resume_mailing(mailing, by=request.user, rate=rate), _("The mailing goes on.")
        )
    return ask(
        request,
        mailing,
        title=_("Resume the mailing?"),
        text=_("The letters that wait leave in business hours, as they were approved. Only the pace can be another."),
        button=_("Resume"),
        form=form,
    )


@permission_required("outreach.change_mailing", raise_exception=True)
@require_http_methods(ASKS)
def mailing_rate(request, pk):
    mailing = get_object_or_404(Mailing, pk=pk)
    form = ResumeForm(request.POST if request.method == "POST" else None, initial={"rate": mailing.rate_now})
    if form.is_valid():
        rate = form.cleaned_data["rate"]
        return steer(request, mailing, lambda: set_rate(mailing, by=request.user, rate=rate), _("The pace is set."))
    return ask(
        request,
        mailing,
        title=_("Another pace?"),
        text=_("It holds from the next letter on. What leaves is still what was approved."),
        button=_("Set the pace"),
        form=form,
    )


@permission_required("outreach.add_mailing", raise_exception=True)
@require_http_methods(ASKS)
def mailing_follow(request, pk, occasion):
    """Ask first, then start a reminder or a correction as a draft."""
    mailing = get_object_or_404(Mailing, pk=pk)
    kind = FaultForm if occasion == Mailing.Occasion.ERRATUM else RequestKeyForm
    form = kind(request.POST if request.method == "POST" else None, about=f"follow-{pk}-{occasion}")
    if form.is_valid():
        faults = {code: form.cleaned_data.get(f"fault_{code}", "") for code in FORMS}
        try:
            following = follow_mailing(mailing, occasion=occasion, by=request.user, faults=faults, request_key=form.key)
        except OutreachError as error:
            messages.error(request, str(error))
            return redirect("outreach:mailing_sending", pk=pk)
        messages.success(
            request,
            _("A draft is made. It says by itself why you write again: read it and submit it."),
        )
        return redirect(following)
    titles = {
        Mailing.Occasion.REMINDER: _("Write a reminder?"),
        Mailing.Occasion.ERRATUM: _("Write a correction?"),
    }
    number = len(recipients_of(mailing))
    if not number:
        messages.error(request, _("Nobody has got these letters yet, so there is nobody to write to again."))
        return redirect("outreach:mailing_sending", pk=pk)
    sentence = ngettext(
        "It becomes a draft to the %(number)d office that got the letter, and to no other."
        " A colleague approves it like the first one.",
        "It becomes a draft to the %(number)d offices that got the letter, and to no other."
        " A colleague approves it like the first one.",
        number,
    )
    return ask(
        request,
        mailing,
        title=titles[occasion],
        text=f"{sentence % {'number': number}} {hint(mailing, occasion)}",
        button=_("Make the draft"),
        form=form,
    )


def hint(mailing, occasion):
    """Say what is good to know before one writes again."""
    if occasion == Mailing.Occasion.ERRATUM:
        return _("Did only some get the fault, narrow who gets it under “Change”.")
    first_day = remind_from(max(days_of(mailing).values(), default=timezone.localdate()))
    if first_day <= timezone.localdate():
        return ""
    sentence = _(
        "They have four weeks to answer, so the letters are held until %(day)s. You can set that as “not before”."
    )
    return sentence % {"day": day(first_day)}


@permission_required("outreach.view_letter", raise_exception=True)
@require_safe
def letter_pdf(request, mailing_pk, pk):
    letters = Letter.objects.exclude(pdf=None).select_related("pdf")
    return serve_file(get_object_or_404(letters, mailing=mailing_pk, pk=pk).pdf)


def steer(request, mailing, action, done):
    attempt(request, action, done)
    return redirect("outreach:mailing_sending", pk=mailing.pk)


def ask(request, mailing, **words):
    context = {"back": f"{mailing.get_absolute_url()}sending/", "mailing": mailing}
    return render(request, "confirm.html", context | words)
