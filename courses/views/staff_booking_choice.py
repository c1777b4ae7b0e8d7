"""Several bookings chosen in staff's list: confirmed, cancelled or taken out as a file."""

from django.contrib.auth.decorators import permission_required
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.models import Booking
from courses.services.choices import BOOKING_CHOICES
from courses.services.exports import booking_table

from .choices import choice_page, chosen_numbers
from .exports import download


@permission_required("courses.change_booking", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_booking_choice(request):
    rows = Booking.objects.visible_to(request.user).select_related("municipality", "session__course").order_by("pk")
    back = reverse("courses:staff_booking_list")
    return choice_page(request, rows, BOOKING_CHOICES, back=back, template="courses/staff_booking_choice.html")


@permission_required("courses.view_booking", raise_exception=True)
@never_cache
@require_safe
def booking_choice_export(request, ending):
    rows = Booking.objects.visible_to(request.user).filter(pk__in=chosen_numbers(request.GET)).order_by("pk")
    heading, table = booking_table(rows, by=request.user, ending=ending)
    return download(f"bestillinger-{timezone.localdate()}", ending, heading, table)
