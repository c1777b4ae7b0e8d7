"""Several sessions chosen in staff's list: confirmed, cancelled or taken out as a file."""

from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.models import Session
from courses.services.choices import SESSION_CHOICES
from courses.services.exports import session_table

from .choices import choice_page, chosen_numbers
from .exports import download
from .session_cancelling import words_for
from .sessions import may_change, may_see


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def staff_session_choice(request):
    """Ask, and then do something to the sessions that were ticked in the list."""
    rows = Session.objects.select_related("course", "municipality").order_by("first_starts_at", "pk")
    back = reverse("courses:staff_session_list")
    template = "courses/staff_session_choice.html"
    return choice_page(request, rows, SESSION_CHOICES, back=back, template=template, ask=words_for)


@may_see
@never_cache
@require_safe
def session_choice_export(request, ending):
    rows = Session.objects.filter(pk__in=chosen_numbers(request.GET)).order_by("first_starts_at", "pk")
    heading, table = session_table(rows, by=request.user, ending=ending)
    return download(f"gjennomforinger-{timezone.localdate()}", ending, heading, table)
