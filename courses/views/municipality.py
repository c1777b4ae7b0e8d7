"""What a signed-in booker sees: the bookings and the people of the own municipality."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courses.models import Booking
from courses.services.bookings import is_signed_in_with
from courses.services.invoice_lists import documents_for, payers_of
from municipalities.exceptions import MunicipalitiesError
from municipalities.models import Membership
from municipalities.services.people import confirm_membership, end_membership
from taushet.services.links import open_link, page_address

from .bookings import meetings_of
from .secret import OWNER, SECOND

PER_PAGE = 50
MOST_INVOICES = 50


@require_safe
def my_municipality(request):
    user = request.user
    bookings = (
        Booking.objects.visible_to_member(user)
        .filter(erased_at=None)
        .exclude(state=Booking.State.EXPIRED)
        .select_related("session__course", "session__municipality", "municipality")
        .with_names()
        .order_by("-session__first_starts_at", "-pk")
    )
    memberships = list(user.memberships.filter(ended_at=None).select_related("municipality", "unit"))
    page = Paginator(bookings, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "memberships": memberships,
        "people": people_of(user, memberships),
        "invoices": documents_for(user)[:MOST_INVOICES],
        "payers": payers_of(user),
        "now": timezone.now(),
    }
    return render(request, "courses/my_municipality.html", context)


def people_of(user, memberships):
    """Return who else belongs, or seems to belong, to the places where the user is confirmed, place by place."""
    whole = [one.municipality_id for one in memberships if one.confirmed_at and one.unit_id is None]
    others = (
        Membership.objects.filter(ended_at=None, municipality__in=whole, user__is_active=True)
        .exclude(user=user)
        .select_related("user", "municipality", "unit")
        .order_by("municipality__sort_key", "confirmed_at", "user__name", "pk")
    )
    return list(others)


@require_safe
def my_booking(request, booking_id):
    """Open a booking: the contacts get its whole page, colleagues read it."""
    booking = get_object_or_404(
        Booking.objects.visible_to_member(request.user).select_related(
            "session__course", "session__municipality", "municipality", "payer"
        ),
        pk=booking_id,
        erased_at=None,
    )
    if not booking.awaits_proof:
        for purpose, email in ((OWNER, booking.contact_email), (SECOND, booking.second_email)):
            if is_signed_in_with(request.user, email):
                return redirect(page_address(purpose, open_link(purpose, booking.pk)))
    context = {
        "booking": booking,
        "session": booking.session,
        "meetings": meetings_of(booking),
        "participants": booking.participants.active(),
    }
    return render(request, "courses/my_booking.html", context)


@require_POST
def membership_answer(request, membership_id):
    """Say whether a colleague belongs to the municipality."""
    mine = request.user.memberships.confirmed().filter(unit=None).values("municipality")
    membership = get_object_or_404(
        Membership.objects.select_related("user").filter(municipality__in=mine, ended_at=None), pk=membership_id
    )
    try:
        if "confirm" in request.POST:
            confirm_membership(membership, by=request.user)
            messages.success(request, _("%(name)s belongs to the municipality.") % {"name": membership.user})
        else:
            end_membership(membership, by=request.user)
            messages.success(request, _("%(name)s does not belong to the municipality.") % {"name": membership.user})
    except MunicipalitiesError as error:
        messages.error(request, str(error))
    return redirect("courses:my_municipality")
