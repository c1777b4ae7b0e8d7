"""The names of a booking, the participants' own sign-up, and each participant's own page."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.adaptations import SignUpAdaptationForm
from courses.forms.participants import KeyForm, ParticipantFormSet, ReplaceForm, SignUpForm
from courses.models import Adaptation, Booking, Participant
from courses.services import certificates
from courses.services.adaptations import tell_adaptation
from courses.services.changes import BookingChanged, Seen
from courses.services.participants import (
    free_names,
    is_told_of_removal,
    name_participants,
    replace_participant,
    sign_up,
    withdraw_participant,
)
from courses.services.presence import attended_by
from taushet.services.links import issue_link, page_address

from .bookings import booking_page, meetings_of
from .change_pages import change_page
from .secret import OWNER, RECEIPT, SECOND, opens_booking, opens_participant

WRITTEN = ("name", "email", "workplace", "role")


@opens_booking(OWNER, SECOND, RECEIPT)
@require_POST
def booking_names(request, access):
    booking = access.booking
    seen, changes = Seen.read(request.POST.get("seen", "")), ()
    names, key = ParticipantFormSet(request.POST, prefix="navn"), KeyForm(request.POST, about=f"names-{booking.pk}")
    if names.is_valid() and key.is_valid():
        people = [form.person for form in names if form.has_changed()]
        try:
            named = name_participants(booking, people, request_key=key.cleaned_data["request_key"], seen=seen)
        except BookingChanged as changed:
            seen, changes = changed.seen, changed.changes
        except CoursesError as error:
            key.add_error(None, str(error))
        else:
            say_how_many(request, len(named))
            return redirect(access.url("booking_detail"))
    return booking_page(request, access, names=names, key=key, seen=seen, changes=changes)


def say_how_many(request, count):
    if count:
        sentence = ngettext("%(count)d name is on the list.", "%(count)d names are on the list.", count)
        messages.success(request, sentence % {"count": count})
    else:
        messages.warning(request, _("You have not written any name."))


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def participant_replace(request, access, participant_id):
    participant = participant_of(access, participant_id)
    form = ReplaceForm(
        request.POST if request.method == "POST" else None,
        about=f"replace-{participant.pk}",
        initial={} if participant.is_protected else {name: getattr(participant, name) for name in WRITTEN},
    )

    def replace(seen):
        replace_participant(participant, form.person, request_key=form.cleaned_data["request_key"], seen=seen)
        return _("%(name)s is on the list.") % {"name": form.cleaned_data["name"]}

    return change_page(
        request,
        access,
        form,
        replace,
        title=_("Change a name"),
        text=what_replacing_does(participant),
        note=_("This is free, and possible until the course is over."),
        button=_("Give the seat to another") if participant.is_protected else _("Save"),
    )


def what_replacing_does(participant):
    if participant.is_protected:
        return _(
            "%(name)s has a protected name, so the fields are empty. Whoever you write here gets the seat, and %(name)s"
            " loses it. Only %(name)s and the campaign can put the name right."
        ) % {"name": participant.listed_name}
    return _(
        "Write the colleague who comes instead of %(name)s. With the same e-mail address it is the same person,"
        " whose name is put right."
    ) % {"name": participant.listed_name}


@opens_booking(OWNER, SECOND, RECEIPT)
@require_http_methods(["GET", "HEAD", "POST"])
def participant_remove(request, access, participant_id):
    participant = participant_of(access, participant_id)
    if request.method != "POST" and participant.state != Participant.State.ACTIVE:
        return redirect(access.url("booking_detail"))

    def remove(seen):
        withdraw_participant(participant, seen=seen)
        return _("%(name)s has been taken off the list.") % {"name": participant.listed_name}

    return change_page(
        request,
        access,
        None,
        remove,
        title=_("Take %(name)s off the list?") % {"name": participant.listed_name},
        text=what_removing_does(participant),
        note=_("This is free, and possible until the course is over."),
        button=_("Take off"),
        color="danger",
    )


def what_removing_does(participant):
    if is_told_of_removal(participant):
        return _(
            "%(name)s gets an e-mail that says so, and the meetings go out of the calendar. The seat stays with the "
            "booking, and you can put in somebody else."
        ) % {"name": participant.listed_name}
    return _("The seat stays with the booking, and you can put in somebody else.")


def participant_of(access, participant_id):
    participants = access.booking.participants.all()
    if not access.is_contact:
        participants = participants.filter(named_by=Participant.NamedBy.BOOKER)
    return get_object_or_404(participants, pk=participant_id)


@opens_booking("signup")
@require_http_methods(["GET", "HEAD", "POST"])
def participant_signup(request, access):
    booking = access.booking
    form = SignUpForm(request.POST if request.method == "POST" else None, about=f"signup-{booking.pk}")
    needs = SignUpAdaptationForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and needs.is_valid():
        try:
            participant = sign_up(booking, form.person, request_key=form.cleaned_data["request_key"])
            if participant is not None and needs.is_asked:
                tell_adaptation(participant, **needs.wishes)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            if participant is not None and not participant.email:
                messages.success(
                    request,
                    _("You are signed up. Keep the address of this page, or ask your contact to print it for you."),
                )
                return redirect(page_address("participant", issue_link("participant", participant.pk)))
            # The same for all, so that nobody learns by trying whose address is on the list.
            messages.success(
                request,
                _(
                    "%(email)s is signed up. We have written to it, now or within the last hour: the link to your own"
                    " page is in that e-mail."
                )
                % {"email": form.person.email},
            )
            if needs.is_asked:
                # Said to all as well: of an address that is known already nothing is kept, since whoever has the
                # sign-up link could otherwise say what somebody else needs.
                messages.warning(
                    request,
                    _(
                        "Check on your own page that what you need stands there. If you were on the list already, it"
                        " does not: tell us there."
                    ),
                )
            return redirect(request.path)
    context = {
        "booking": booking,
        "meetings": meetings_of(booking),
        "form": form,
        "needs": needs,
        "free": free_names(booking),
        "is_open": booking.state == Booking.State.CONFIRMED and booking.session.last_ends_at > timezone.now(),
    }
    return render(request, "courses/participant_signup.html", context)


@opens_participant
@require_safe
def participant_detail(request, participant, token):
    booking = participant.booking
    context = {
        "participant": participant,
        "booking": booking,
        "session": booking.session,
        "meetings": meetings_of(booking),
        "token": token,
        "takes_part": participant.state == Participant.State.ACTIVE and booking.takes_seats,
        "has_passed_on": participant.state == Participant.State.REPLACED
        and booking.participants.filter(replaces=participant, named_by=Participant.NamedBy.SELF).exists(),
        "is_ahead": booking.session.last_ends_at > timezone.now(),
        "is_over": certificates.is_over(booking.session),
    }
    if context["takes_part"] and context["is_ahead"]:
        context["adaptation"] = Adaptation.objects.filter(participant=participant).first()
    if context["takes_part"] and context["is_over"]:
        context |= certificate_context(participant)
    return render(request, "courses/participant_detail.html", context)


def certificate_context(participant):
    """The valid certificate of a participant, or why there is none; neither when it waits to be fetched."""
    certificate = participant.certificates.standing().first()
    no_certificate = ""
    if certificate is None:
        try:
            certificates.refuse_unearned(attended_by(participant))
        except CoursesError as refusal:
            no_certificate = str(refusal)
    return {"certificate": certificate, "no_certificate": no_certificate}


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def participant_withdraw(request, participant, token):
    own_page = reverse("courses:participant_detail", args=[token])
    error = ""
    if request.method == "POST":
        try:
            withdraw_participant(participant, by_self=True)
        except CoursesError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("You are no longer signed up."))
            return redirect(own_page)
    return render(
        request,
        "courses/booking_action.html",
        {
            "title": _("Can you not come?"),
            "text": _("Your seat goes back to your workplace, and your contact there is told."),
            "error": error,
            "button": _("Take me off the list"),
            "color": "danger",
            "back": own_page,
        },
    )
