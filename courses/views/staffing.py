"""Staff's page of who teaches a session: what it needs, who has been asked, and asking more."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.staffing import AskForm, CallForm, KindForm
from courses.models import Assignment, TrainerOffer
from courses.services import trainer_offers
from courses.services.candidates import name_sessions
from courses.services.staffing import needs_of
from courses.services.staffing_pages import can_be_asked, is_soon, staffing_of, steps_in
from courses.services.trainer_fits import candidates_in, who_said_no

from .assignments import staff_session
from .choices import chosen_numbers

may_see = permission_required("courses.add_assignment", raise_exception=True)
may_change = permission_required("courses.change_assignment", raise_exception=True)


@require_safe
@may_see
def session_staffing(request, session_id):
    session = staff_session(session_id)
    return render(request, "courses/staff_staffing.html", {"session": session, **staffing_of(session)})


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
def staffing_ask(request, session_id):
    """Choose whom to ask by name, then say in which order and until when, then ask."""
    session, kind = asked_for(request, session_id)
    found = candidates_in(session, kind) if session.takes_trainers else []
    asked = set(session.assignments.waiting().values_list("trainer", flat=True))
    data = request.POST if request.method == "POST" else request.GET
    numbers = chosen_numbers(data)
    chosen = [one for one in found if one.trainer.pk in numbers and not one.refused and one.trainer.pk not in asked]
    context = {"session": session, "kind": kind, "kind_label": Assignment.Kind(kind).label}
    if not chosen:
        reasons = [reason for one in found for reason in one.reasons]
        context |= {"candidates": found, "asked": asked, "said_no": who_said_no(session), "is_empty": "valg" in data}
        can_ask = any(not one.refused and one.trainer.pk not in asked for one in found)
        context |= {"session_names": name_sessions(reasons), "can_ask": can_ask}
        return render(request, "courses/staff_staffing_choose.html", context)
    form = AskForm(request.POST if request.method == "POST" else None, candidates=chosen)
    if form.is_valid():
        content = {name: form.cleaned_data[name] for name in ("within", "reason") if name in form.fields}
        try:
            trainer_offers.ask_trainers(session, kind=kind, trainers=form.trainers(), by=request.user, **content)
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("%(name)s has been asked by e-mail.") % {"name": form.trainers()[0]})
            return redirect("courses:session_staffing", session.pk)
    context |= {"form": form, "steps": steps_in(session)}
    return render(request, "courses/staff_staffing_ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_see
def staffing_call(request, session_id):
    """Say who would be asked, and then ask all whom the session fits."""
    session, kind = asked_for(request, session_id)
    initial = {"within": TrainerOffer.Within.HOURS} if is_soon(session) else None
    form = CallForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            offer = trainer_offers.open_call(session, kind=kind, by=request.user, **form.cleaned_data)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            count = offer.assignments.count()
            sentence = ngettext("%(count)d trainer has been asked.", "%(count)d trainers have been asked.", count)
            messages.success(request, sentence % {"count": count})
            return redirect("courses:session_staffing", session.pk)
    found = trainer_offers.whom_a_call_fits(session, kind) if session.takes_trainers else []
    context = {"session": session, "kind": kind, "kind_label": Assignment.Kind(kind).label, "form": form}
    can_ask = bool(found) or (session.takes_trainers and can_be_asked(session, kind))
    context |= {"found": found, "can_ask": can_ask, "steps": steps_in(session)}
    return render(request, "courses/staff_staffing_call.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@may_change
def staffing_take_back(request, session_id, offer_id):
    session = staff_session(session_id)
    offer = get_object_or_404(TrainerOffer, pk=offer_id, session=session)
    back = reverse("courses:session_staffing", args=[session.pk])
    if request.method == "POST":
        try:
            trainer_offers.take_back_offer(offer, by=request.user)
        except CoursesError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The question has been taken back."))
        return redirect(back)
    asked = offer.assignments.unanswered().select_related("trainer__user").order_by("trainer__user__name", "pk")
    context = {"session": session, "offer": offer, "asked": asked, "back": back}
    return render(request, "courses/staff_staffing_take_back.html", context)


def asked_for(request, session_id):
    """Return the session, and as what somebody is wanted: as it stands in the address, or else what is lacking."""
    session = staff_session(session_id)
    data = request.POST if "som" in request.POST else request.GET
    return session, KindForm(data).kind(need.kind for need in needs_of(session) if need.lacks)
