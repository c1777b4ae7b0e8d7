"""The public catalogue: what can be booked, and when."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import retarget

from courses.forms.bookings import BookingForm, about_session
from courses.forms.catalogue import SessionFilterForm
from courses.forms.date_alerts import DateAlertForm
from courses.models import Course
from courses.services.catalogue import public_columns, session_rows
from courses.services.session_pages import blank_parts, page_parts, session_from, session_lines
from taushet.forms.request_keys import new_request_key

from .bookings import book
from .waiting import join

PER_PAGE = 50


@login_not_required
@require_safe
@cache_control(no_cache=True)
def course_list(request):
    form = SessionFilterForm(request.GET or None)
    page = paginated(form.narrow(public_columns()), request)
    context = {"form": form, "page": page, "is_narrowed": any(request.GET.values())}
    context["alert_form"] = lambda: DateAlertForm(initial={"county": request.GET.get("county")})
    response = render(request, f"courses/session_list.html{list_partial(request, form)}", context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return retarget(response, "#catalogue") if form.errors and request.htmx else response


def list_partial(request, form):
    """Return which part htmx gets: the list, or with it the form when that has something to say or to take back."""
    if not request.htmx or request.htmx.history_restore_request:
        return ""
    return "#catalogue" if form.errors or request.htmx.target == "catalogue" else "#sessions"


def paginated(columns, request):
    """Return the asked page of what is to come, with its rows ready."""
    page = Paginator(columns.upcoming(), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = session_rows(page.object_list)
    return page


@login_not_required
@require_safe
@cache_control(no_cache=True)
def course_detail(request, slug):
    course = get_object_or_404(Course.objects.visible_to(request.user), slug=slug)
    page = paginated(public_columns().filter(course=course), request)
    languages = {field: course.text_language(field) for field in Course.TEXTS}
    context = {"course": course, "page": page, "languages": languages}
    context["alert_form"] = lambda: DateAlertForm(initial={"course": course.slug})
    return render(request, "courses/course_detail.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_cache=True)
def session_detail(request, slug, session_id):
    """Show a session with its booking form; a POST books."""
    lines = lines_or_404(request, slug, session_id)
    known = {"municipality": request.GET["kommune"][:4]} if "kommune" in request.GET else {}
    if request.method != "POST" and not request.user.is_authenticated and not known:
        return session_page(request, blank_parts(lines, BookingForm), new_request_key(about_session(session_id)))
    session = session_from(lines)
    data = request.POST if request.method == "POST" else None
    form = BookingForm(data, session=session, visitor=request.user, initial=known)
    booked = book(request, session, form) if form.is_valid() else None
    if form.is_bound and not booked:  # it may have changed since, also while the form was looked at
        lines = lines_or_404(request, slug, session_id)
        session = session_from(lines)
        form.show_price_of(session)
    return booked or session_page(request, page_parts(session, lines, form), form["request_key"].value())


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(no_cache=True)
def session_wait(request, slug, session_id):
    """Put the group of the booking form in line instead; opened any other way, lead to the session."""
    lines = lines_or_404(request, slug, session_id)
    session = session_from(lines)
    if request.method != "POST":
        return redirect(session)
    form = BookingForm(request.POST, session=session, visitor=request.user)
    joined = join(request, session, form) if form.is_valid() else None
    form.offers_waiting = not joined
    return joined or session_page(request, page_parts(session, lines, form), form["request_key"].value())


def session_page(request, parts, request_key):
    return render(request, "courses/session_detail.html", parts | {"request_key": request_key})


def lines_or_404(request, slug, session_id):
    if lines := session_lines(request.user, slug, session_id):
        return lines
    raise Http404
