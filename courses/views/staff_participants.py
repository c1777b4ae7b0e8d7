"""One participant, for staff who help on the phone: who it is, an alias, and what the person needs.

Opening the page shows the real name of somebody protected; every look is recorded.
"""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.adaptations import AliasForm, StaffAdaptationForm
from courses.models import Adaptation, Booking, Participant
from courses.services import adaptations, protection
from taushet.services import audit


def participant_of(request, participant_id):
    rows = Participant.objects.filter(booking__in=Booking.objects.visible_to(request.user), erased_at=None)
    return get_object_or_404(
        rows.select_related("booking__session__course", "booking__municipality"), pk=participant_id
    )


def page_of(participant):
    return redirect("courses:staff_participant", participant.pk)


@permission_required(protection.SEE, raise_exception=True)
@require_safe
def staff_participant(request, participant_id):
    participant = participant_of(request, participant_id)
    audit.record("participant.name_seen", participant, by=request.user, booking=participant.booking_id)
    context = {
        "participant": participant,
        "booking": participant.booking,
        "session": participant.booking.session,
        "has_told": Adaptation.objects.filter(participant=participant).exists(),
    }
    return render(request, "courses/staff_participant.html", context)


@permission_required([protection.SEE, "courses.change_participant"], raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_participant_alias(request, participant_id):
    participant = participant_of(request, participant_id)
    form = AliasForm(
        request.POST if request.method == "POST" else None,
        participant=participant,
        initial={"alias": participant.alias, "certificate_name": participant.certificate_name},
    )
    if form.is_valid():
        try:
            protection.protect_name(participant, by=request.user, **form.cleaned_data)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("From now on others see only the alias."))
            return page_of(participant)
    return form_page(
        request,
        participant,
        form,
        title=_("Protect a name"),
        text=_("For somebody who asks for it. Name, e-mail, workplace and role are then hidden from everybody else."),
    )


@permission_required([protection.SEE, "courses.change_participant"], raise_exception=True)
@require_POST
def staff_participant_alias_remove(request, participant_id):
    participant = participant_of(request, participant_id)
    protection.show_name(participant, by=request.user)
    messages.success(request, _("The real name stands on lists again."))
    return page_of(participant)


@permission_required([protection.SEE, adaptations.SEE, "courses.change_participant"], raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_participant_adaptation(request, participant_id):
    """Put in what somebody tells on the phone, in place of what was told before; that is not shown here."""
    participant = participant_of(request, participant_id)
    form = StaffAdaptationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            adaptations.tell_adaptation(participant, by=request.user, **form.wishes)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("It is kept for those who arrange it."))
            return page_of(participant)
    return form_page(
        request,
        participant,
        form,
        title=_("What somebody needs"),
        text=_(
            "Tell the person: campaign staff and, from a week before, the trainers see it, nobody else, and it is"
            " deleted the day after. Never ask why."
        ),
    )


@permission_required([protection.SEE, adaptations.SEE, "courses.change_participant"], raise_exception=True)
@require_POST
def staff_participant_adaptation_delete(request, participant_id):
    participant = participant_of(request, participant_id)
    adaptations.withdraw_consent(participant, by=request.user)
    messages.success(request, _("It is deleted."))
    return page_of(participant)


def form_page(request, participant, form, *, title, text):
    context = {"title": title, "text": text, "form": form, "participant": participant}
    return render(request, "courses/staff_participant_form.html", context)
