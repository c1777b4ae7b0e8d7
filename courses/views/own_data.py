"""What participants do to their own data from their own page: correct it, pass the seat on, take it out, erase it."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.own_data import ColleagueForm, CorrectionForm, NewAddressForm
from courses.models import Participant
from courses.services import own_copy as copies
from courses.services import own_data, own_erasing
from courses.services.participants import replace_participant
from taushet.services.limits import is_within
from taushet.services.links import page_address

from .secret import opens_participant

COPIES_AN_HOUR = 20
FILE_NAME = "opplysninger.zip"


def own_page(token):
    return reverse("courses:participant_detail", args=[token])


def form_page(request, token, form, act, *, title, text, button, color="accent"):
    """Show one form about oneself; on a valid POST act, which says where to go, and show its refusal otherwise."""
    if form.is_valid():
        try:
            return act()
        except CoursesError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
    context = {"title": title, "text": text, "form": form, "button": button, "color": color, "back": own_page(token)}
    return render(request, "courses/booking_action.html", context)


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def own_correct(request, participant, token):
    # The page of a protected name may lie on a table, so the real one stands in no form.
    known = {name: getattr(participant, name) for name in ("name", "workplace", "role")}
    initial = {} if participant.is_protected else known
    form = CorrectionForm(request.POST if request.method == "POST" else None, initial=initial)

    def act():
        own_data.correct_participant(participant, **form.cleaned_data)
        messages.success(request, _("It is put right."))
        return redirect(own_page(token))

    text = _("Your name stands on the list of the course, and on the course certificate.")
    if participant.is_protected:
        text = _(
            "Your name is protected, so what you write here stands on no list: others see %(alias)s. The course"
            " certificate is issued to %(certificate)s."
        ) % {"alias": participant.alias, "certificate": participant.name_on_certificate}
    elif participant.certificates.standing().exists():
        text = _("With another name your course certificate is withdrawn, and you get a new one on your own page.")
    return form_page(request, token, form, act, title=_("Correct your name"), text=text, button=_("Save"))


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def own_address(request, participant, token):
    form = NewAddressForm(request.POST if request.method == "POST" else None)

    def act():
        email = form.cleaned_data["email"]
        if own_data.ask_for_address(participant, email):
            messages.success(
                request, _("We have written to %(email)s. Open the link in that e-mail.") % {"email": email}
            )
        else:
            messages.info(request, _("We write to that address already."))
        return redirect(own_page(token))

    text = _("We write to the new address first. Nothing changes before you open the link in that e-mail.")
    if participant.email:
        text = _("We write to %(email)s now.") % {"email": participant.email} + " " + text
    title = _("Another e-mail address")
    return form_page(request, token, form, act, title=title, text=text, button=_("Write to the new address"))


@partial(opens_participant, purpose="participant-address")
@require_http_methods(["GET", "HEAD", "POST"])
def own_address_prove(request, participant, token):
    """Ask for a press of a button, since mail programs open links by themselves; a POST changes the address."""
    wish, error = own_data.waiting_address(participant), ""
    if request.method == "POST":
        try:
            new_token = own_data.prove_address(participant)
        except CoursesError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("We write to this address from now on."))
            return redirect(page_address("participant", new_token))
    context = {"wish": wish, "error": error}
    return render(request, "courses/own_address_prove.html", context, status=409 if error else 200)


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def own_pass_on(request, participant, token):
    form = ColleagueForm(request.POST if request.method == "POST" else None, participant=participant)

    def act():
        replace_participant(participant, form.person, request_key=form.cleaned_data["request_key"], by_self=True)
        messages.success(request, _("%(name)s has got your seat.") % {"name": form.cleaned_data["name"]})
        return redirect(own_page(token))

    text = _("Your colleague gets time and place by e-mail, you are taken off the list, and your contact is told.")
    title = _("Give the seat to a colleague")
    return form_page(request, token, form, act, title=title, text=text, button=_("Pass the seat on"))


@opens_participant
@require_safe
def own_copy(request, participant, token):
    if not is_within("own-copy", str(participant.pk), times=COPIES_AN_HOUR, every=timedelta(hours=1)):
        return render(request, "429.html", status=429)
    return zip_response(copies.write_copy(participant), FILE_NAME)


def zip_response(content, name):
    response = HttpResponse(content, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@opens_participant
@require_http_methods(["GET", "HEAD", "POST"])
def own_erase(request, participant, token):
    if request.method == "POST":
        own_erasing.erase_participant(participant)
        return render(request, "courses/own_erased.html")
    booking = participant.booking
    keeps_seat = participant.state == Participant.State.ACTIVE and booking.takes_seats
    context = {
        "participant": participant,
        "booking": booking,
        "is_ahead": keeps_seat and own_erasing.is_ahead(booking.session),
        "is_counted": keeps_seat and not own_erasing.is_ahead(booking.session),
        "has_certificate": participant.certificates.standing().exists(),
        "is_contact": participant.email and participant.email in {booking.contact_email, booking.second_email},
        "holds_calendar": participant.invitations.filter(
            cancelled_at=None, meeting__ends_at__gt=timezone.now()
        ).exists(),
        "back": own_page(token),
        "token": token,
    }
    return render(request, "courses/own_erase.html", context)
