"""Who answers for a booking: a second contact, a colleague who takes over, another address, and links that got lost."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.exceptions import CoursesError
from courses.forms.booking_contacts import AddressForm, HandOverForm, LostLinkForm, SecondContactForm, TakeOverForm
from courses.services import contacts
from taushet.services.limits import is_within
from taushet.services.links import issue_link, page_address
from taushet.views.errors import too_many

from .bookings import action_page, meetings_of
from .change_pages import change_page
from .secret import OWNER, RECEIPT, opens_booking

LOST_LINKS_AN_HOUR = 20


@opens_booking(OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_second_contact(request, access):
    booking = access.booking
    form = SecondContactForm(request.POST or None, initial={"name": booking.second_name, "email": booking.second_email})

    def change(seen):
        name, email = form.cleaned_data["name"], form.cleaned_data["email"]
        if (name, email) == (booking.second_name, booking.second_email):
            return _("Nothing was changed.")
        contacts.set_second_contact(booking, name=name, email=email, seen=seen)
        return _("The second contact is saved.") if email else _("There is no second contact now.")

    return change_page(
        request,
        access,
        form,
        change,
        title=_("Second contact"),
        text=_("A second contact gets a link of the own and may put in names, change and cancel when you are away."),
        button=_("Save"),
    )


@opens_booking(OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_hand_over(request, access):
    form = HandOverForm(request.POST or None)

    def change(seen):
        contacts.hand_over(access.booking, **form.cleaned_data, seen=seen)
        return _("We have asked %(name)s. Until the booking is taken over you are the contact.") % form.cleaned_data

    return change_page(
        request,
        access,
        form,
        change,
        title=_("Hand the booking over"),
        text=_(
            "We ask your colleague by e-mail. Once the booking is taken over, your link no longer works and you get an"
            " e-mail that says so."
        ),
        button=_("Ask the colleague"),
    )


@opens_booking("booking-handover")
@require_http_methods(["GET", "HEAD", "POST"])
def booking_take_over(request, access):
    booking = access.booking
    form = TakeOverForm(request.POST or None)
    if form.is_valid():
        try:
            contacts.take_over(booking, **form.cleaned_data)
        except CoursesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("You are the contact now."))
            return redirect(page_address(OWNER, issue_link(OWNER, booking.pk)))
    context = {"booking": booking, "meetings": meetings_of(booking), "form": form}
    return render(request, "courses/booking_take_over.html", context)


@opens_booking(RECEIPT)
@require_http_methods(["GET", "HEAD", "POST"])
def booking_address(request, access):
    form = AddressForm(request.POST or None)

    def change():
        contacts.correct_address(access.booking, form.cleaned_data["email"])
        return _("We have written to %(email)s.") % form.cleaned_data

    return action_page(
        request,
        access,
        form,
        change,
        title=_("Correct the e-mail address"),
        text=_("We wrote to %(email)s.") % {"email": access.booking.contact_email},
        button=_("Send the e-mail there"),
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def lost_link(request):
    """Send the links to an address; what is answered does not tell whether it is known."""
    form = LostLinkForm(request.POST or None)
    if form.is_valid():
        where = get_adapter(request).get_client_ip(request)
        if not is_within("lost-link", where, times=LOST_LINKS_AN_HOUR, every=timedelta(hours=1)):
            return too_many(request)
        contacts.send_lost_links(form.cleaned_data["email"], language=get_language())
        messages.success(
            request,
            _("If there are bookings with this address, an e-mail with the links is on its way. It takes a minute."),
        )
        return redirect("courses:lost_link")
    return render(request, "courses/lost_link.html", {"form": form})
