"""What staff looks for among the requests: those nobody has answered, and one among many."""

from collections.abc import Iterator

from django.db.models import Count, Expression, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import CourseRequest, RequestParty
from taushet.models import User
from taushet.searches import holds
from taushet.templatetags.ui import day


def unanswered(user: User) -> Iterator[tuple[str, str]]:
    """Say which requests nobody has answered in five working days (a TodayCard)."""
    return _lines(CourseRequest.objects.overdue())


def new_ones(user: User) -> Iterator[tuple[str, str]]:
    """Say which requests wait for us and are still in time (a TodayCard)."""
    overdue = CourseRequest.objects.overdue().order_by().values("pk")
    return _lines(CourseRequest.objects.waiting().exclude(pk__in=overdue))


def _lines(requests: QuerySet[CourseRequest]) -> Iterator[tuple[str, str]]:
    for asked in requests.select_related("course").prefetch_related("parties__municipality")[:20]:
        since = timezone.localtime(asked.waiting_since)
        if since.date() == timezone.localdate():
            sentence = _("%(places)s: %(course)s, came in today")
        else:
            sentence = _("%(places)s: %(course)s, waits since %(day)s")
        words = {"places": asked.places, "course": asked.course.title, "day": day(since)}
        yield sentence % words, asked.get_staff_url()


def open_requests() -> Expression:
    """Count, for each municipality of a queryset, the requests it has a part in that are not closed yet."""
    rows = RequestParty.objects.filter(request__state__in=CourseRequest.OPEN_STATES, municipality=OuterRef("pk"))
    number = rows.order_by().values("municipality").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), 0, output_field=IntegerField())


def find_requests(user: User, text: str) -> Iterator[tuple[str, str, str]]:
    """Find requests by number, contact or municipality (a SearchSource)."""
    wanted = holds(text, "contact_name", "contact_email", "payer_name", "parties__municipality__name")
    if text.isascii() and text.isdigit() and len(text) < 10:
        wanted |= Q(pk=int(text))
    found = CourseRequest.objects.visible_to(user).filter(wanted).distinct().select_related("course")
    for asked in found.prefetch_related("parties__municipality").order_by("-pk")[:20]:
        title = _("Request %(number)s") % {"number": asked.pk}
        detail = f"{asked.course.title} · {asked.contact_name} · {asked.get_state_display()}"
        yield f"{title} · {asked.places}", detail, reverse("courses:staff_request_detail", args=[asked.pk])
