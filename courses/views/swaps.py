"""Swaps: asked and answered on the trainer's phone, decided by staff."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.swaps import SwapForm, SwapReasonForm, SwapWordsForm
from courses.models import Assignment, Swap
from courses.services import swaps
from courses.services.catalogue import session_texts

from .trainers import for_trainers, own_session

SHOWN = 20


@require_safe
@never_cache
@for_trainers
def trainer_swaps(request, trainer):
    rows = swaps.swaps_with_rows()
    context = {
        "asked_of_me": rows.live().filter(colleague=trainer, state=Swap.State.ASKED),
        "promised": rows.agreed().filter(colleague=trainer),
        "asked_by_me": rows.live().filter(assignment__trainer=trainer),
        "decided": rows.filter(Q(assignment__trainer=trainer) | Q(colleague=trainer)).exclude(state__in=Swap.UNDECIDED)[
            :SHOWN
        ],
        "trainer": trainer,
    }
    return render(request, "courses/trainer_swaps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def swap_ask(request, trainer, session_id):
    session = own_session(trainer, session_id)
    if not swaps.is_ahead(session):
        raise Http404
    assignment = get_object_or_404(Assignment.objects.standing(), session=session, trainer=trainer)
    colleagues = swaps.colleagues_to_show(assignment)
    form = SwapForm(request.POST if request.method == "POST" else None, colleagues=colleagues)
    if form.is_valid():
        try:
            swap = swaps.ask_colleague(assignment, **form.cleaned_data, by=request.user)
        except CoursesError as error:
            form.add_error(error.field, str(error))
        else:
            text = _("%(name)s gets an e-mail. You teach the session until the campaign staff has said yes.")
            messages.success(request, text % {"name": swap.colleague})
            return redirect("courses:trainer_swaps")
    context = {"form": form, "session": session, "colleagues": colleagues, **session_texts(session)}
    return render(request, "courses/swap_form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@for_trainers
def swap_answer(request, trainer, swap_id, agrees):
    """The colleague's yes takes one press; a no may carry a sentence."""
    mine = swaps.swaps_with_rows().live().filter(colleague=trainer, state=Swap.State.ASKED)
    swap = get_object_or_404(mine, pk=swap_id)
    form = None if agrees else SwapWordsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (form is None or form.is_valid()):
        words = form.cleaned_data["words"] if form else ""
        try:
            swaps.answer_swap(swap, agrees=agrees, words=words, by=request.user)
        except CoursesError as error:
            messages.error(request, str(error))
        else:
            said = _("Thank you. The campaign staff decides, and you get an e-mail then.")
            messages.success(request, said if agrees else _("%(name)s is told.") % {"name": swap.assignment.trainer})
        return redirect("courses:trainer_swaps")
    session = swap.assignment.session
    context = {"swap": swap, "form": form, "agrees": agrees, "session": session, **session_texts(session)}
    return render(request, "courses/swap_answer.html", context)


@require_POST
@for_trainers
def swap_take_back(request, trainer, swap_id):
    mine = Swap.objects.live().filter(assignment__trainer=trainer)
    swap = get_object_or_404(mine.select_related("colleague__user"), pk=swap_id)
    try:
        swaps.take_back_swap(swap, by=request.user)
    except CoursesError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back. %(name)s is told.") % {"name": swap.colleague})
    return redirect("courses:trainer_swaps")


@require_safe
@never_cache
@permission_required("courses.view_swap", raise_exception=True)
def swap_list(request):
    rows = swaps.swaps_with_rows()
    context = {
        "agreed": rows.agreed().order_by("assignment__session__first_starts_at", "pk"),
        "asked": rows.live().filter(state=Swap.State.ASKED),
        "decided": rows.exclude(state__in=Swap.UNDECIDED)[:SHOWN],
    }
    return render(request, "courses/swap_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required("courses.change_swap", raise_exception=True)
def swap_decide(request, swap_id, approves):
    swap = get_object_or_404(swaps.swaps_with_rows().agreed(), pk=swap_id)
    data = request.POST if request.method == "POST" else None
    against = swaps.against_swap(swap) if approves else []
    takes_reason = any(one.warns for one in against)
    form = SwapReasonForm(data, takes_reason=takes_reason) if approves else SwapWordsForm(data)
    if form.is_valid():
        decide = swaps.approve_swap if approves else swaps.refuse_swap
        try:
            decide(swap, **form.cleaned_data, by=request.user)
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Both get an e-mail."))
            return redirect("courses:swap_list")
    session = swap.assignment.session
    context = {"swap": swap, "form": form, "approves": approves, "against": against, "session": session}
    context |= session_texts(session)
    return render(request, "courses/swap_decide.html", context)
