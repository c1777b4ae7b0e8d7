"""The waiting list as those in line see it: joining, an offer answered, another wish; and staff who let a group in."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.exceptions import BookedBefore, CoursesError
from courses.forms.bookings import LetInForm, WishForm
from courses.models import Booking
from courses.services import waiting

from .bookings import action_page, first_address, payer_of, refuse_flood, show_made_before
from .change_pages import change_page
from .secret import OWNER, SECOND, opens_booking
from .staff_bookings import booking_of


def join(request, session, form):
    """Put a valid form's group in line: return where to go then, or None when the form has got an error to show."""
    data = form.cleaned_data.copy()
    data.pop("shown_price")  # the form has compared it; who waits pays what it costs when there is room
    try:
        refuse_flood(request)
        who = {"visitor": request.user, "is_another": data.pop("another"), **payer_of(data)}
        booking = waiting.join_waiting_list(session, **data, **who, language=get_language())
    except BookedBefore as error:
        show_made_before(request, form, error)
        return None
    except CoursesError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    return redirect(first_address(request, booking))


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def offer_accept(request, access):
    """Take what is offered; the number the page showed comes along, so that nobody takes what was not seen."""
    booking = access.booking

    def accept():
        waiting.accept_offer(booking, seats_seen=seats_seen(request))
        return _("The seats are yours. We have sent you an e-mail with everything in it.")

    return action_page(
        request,
        access,
        None,
        accept,
        title=_("Take the seats?"),
        text=offer_text(booking),
        button=_("Yes, take them"),
        hidden={"seats": booking.seats},
    )


def seats_seen(request):
    """Return how many seats the page showed, 0 when it does not say."""
    seen = request.POST.get("seats", "")
    return int(seen) if seen.isdecimal() and len(seen) < 6 else 0


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def offer_decline(request, access):
    booking = access.booking
    keeps_place = booking.state == Booking.State.OFFERED and booking.waiting_place.is_for_fewer

    def decline():
        waiting.decline_offer(booking, seats_seen=seats_seen(request))
        if keeps_place:
            return _("You keep your place in line.")
        return _("Thank you for telling us. The seats go to the next in line.")

    return action_page(
        request,
        access,
        None,
        decline,
        title=_("Wait for all the seats?") if keeps_place else _("Say no to the seats?"),
        text=(
            _("The seats are offered to others, and you keep your place in line.")
            if keeps_place
            else _("The seats go to the next in line, and you are no longer on the waiting list.")
        ),
        button=_("Yes, keep waiting") if keeps_place else _("Say no"),
        color="accent" if keeps_place else "danger",
        hidden={"seats": booking.seats},
    )


def offer_text(booking):
    if booking.state != Booking.State.OFFERED:
        return ""
    return ngettext(
        "%(seats)d seat for %(municipality)s is kept for you.",
        "%(seats)d seats for %(municipality)s are kept for you.",
        booking.seats,
    ) % {"seats": booking.seats, "municipality": booking.municipality}


@opens_booking(OWNER, SECOND)
@require_http_methods(["GET", "HEAD", "POST"])
def wish_change(request, access):
    form = WishForm(request.POST or None, initial={"wanted": access.booking.seats})

    def change(seen):
        booking = waiting.change_wish(access.booking, form.cleaned_data["wanted"], seen=seen)
        if booking.state == Booking.State.OFFERED:
            return _("There is room for that, so the seats are kept for you now.")
        return _("You wait for another number of seats now.")

    return change_page(
        request,
        access,
        form,
        change,
        title=_("Wait for another number of seats"),
        text=_("If you want fewer, you keep your place in line. If you want more, you go to the end of it."),
        button=_("Change"),
    )


@permission_required("courses.change_booking", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_let_in(request, booking_id):
    """Give a waiting group its seats out of turn, if need be beyond the capacity."""
    booking = booking_of(request, booking_id)
    form = LetInForm(request.POST or None)
    if form.is_valid():
        try:
            waiting.let_in(booking, by=request.user, reason=form.cleaned_data["reason"])
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The group has its seats, and the contact gets an e-mail."))
            return redirect(booking.staff_address)
    session, wanted = booking.session, getattr(booking, "waiting_place", booking)
    missing = max(getattr(wanted, "wanted", booking.seats) - max(session.free_seats, 0), 0)
    text = ngettext(
        "The group gets its seats before those who stand ahead of it. %(missing)d seat is taken beyond the capacity.",
        "The group gets its seats before those who stand ahead of it. %(missing)d seats are taken beyond the capacity.",
        missing,
    ) % {"missing": missing}
    context = {
        "title": _("Let booking %(number)s in?") % {"number": booking.pk},
        "text": text,
        "form": form,
        "button": _("Give the group its seats"),
        "back": booking.staff_address,
    }
    return render(request, "courses/booking_action.html", context)
