"""Requests for a course at home as campaign staff see them: which wait, who could teach, and what we answer."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.staff_requests import (
    DateHintForm,
    DeclineForm,
    OfferDateFormSet,
    OfferForm,
    RequestFilterForm,
    TakeBackForm,
)
from courses.models import CourseRequest
from courses.services import request_fits, request_offers, requests

from .requests import row_errors

PER_PAGE = 50
may_see = permission_required("courses.view_courserequest", raise_exception=True)
may_offer = permission_required("courses.add_requestoffer", raise_exception=True)
may_change = permission_required("courses.change_courserequest", raise_exception=True)


@may_see
@require_safe
def staff_request_list(request):
    form = RequestFilterForm(request.GET)
    rows = (
        form.narrow(CourseRequest.objects.visible_to(request.user))
        .select_related("course")
        .prefetch_related("parties__municipality")
        .order_by(F("waiting_since").asc(nulls_last=True), "-created_at", "-pk")
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    overdue = set(CourseRequest.objects.overdue().values_list("pk", flat=True))
    return render(request, "courses/staff_request_list.html", {"form": form, "page": page, "overdue": overdue})


@may_see
@require_safe
def staff_request_detail(request, request_id):
    asked = request_of(request, request_id)
    context = {
        "asked": asked,
        "overdue": CourseRequest.objects.overdue().filter(pk=asked.pk).exists(),
        "offers": asked.offers.select_related("trainer__user", "made_by"),
        "events": asked.events.select_related("offer", "by"),
        "log": asked.messages.select_related("message").order_by("-pk")[:100],
    }
    if asked.is_open:
        trainers = list(request_fits.trainers_for(asked))
        context |= {"fits": request_fits.find_fits(asked, trainers), "trainers": trainers}
    return render(request, "courses/staff_request_detail.html", context)


@may_offer
@require_http_methods(["GET", "HEAD", "POST"])
def staff_request_offer(request, request_id):
    """Offer one or several dates."""
    asked = request_of(request, request_id)
    data = request.POST if request.method == "POST" else None
    form = OfferForm(data, asked=asked)
    hint = DateHintForm(request.GET).first_row()
    trainers = request_fits.trainers_for(asked)
    dates = OfferDateFormSet(
        data,
        prefix="datoer",
        initial=[hint] if hint and data is None else None,
        form_kwargs={"asked": asked, "trainers": trainers, "remarks": request_fits.remarks_about(asked, trainers)},
    )
    if data is not None and all([form.is_valid(), dates.is_valid()]):
        try:
            offers = request_offers.offer_dates(asked, by=request.user, plans=dates.plans(), **form.terms())
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            text = ngettext(
                "%(count)d date is offered, and the municipality gets an e-mail.",
                "%(count)d dates are offered, and the municipality gets an e-mail.",
                len(offers),
            )
            messages.success(request, text % {"count": len(offers)})
            return redirect(asked.get_staff_url())
    context = {"asked": asked, "form": form, "dates": dates} | row_errors(dates)
    return render(request, "courses/staff_offer_form.html", context)


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def staff_offer_accept(request, request_id, offer_id):
    """Accept a date on behalf of the municipality, such as when it phones."""
    asked, offer = offer_of(request, request_id, offer_id)

    def accept():
        request_offers.accept_offer(offer, by=request.user)
        return _("Session, bookings and assignment are made, and everybody gets an e-mail.")

    words = {
        "title": _("Accept this date for the municipality?"),
        "text": _("The session is made and opened, the trainer gets it, and each municipality gets its booking."),
        "button": _("Accept the date"),
    }
    return action_page(request, asked, None, accept, words)


@may_offer
@require_http_methods(["GET", "HEAD", "POST"])
def staff_offer_take_back(request, request_id, offer_id):
    asked, offer = offer_of(request, request_id, offer_id)
    form = TakeBackForm(request.POST if request.method == "POST" else None)

    def take_back():
        request_offers.take_back_offer(offer, by=request.user, **form.cleaned_data)
        return _("The offer is taken back, and the municipality gets an e-mail.")

    words = {"title": _("Take this offer back?"), "button": _("Take the offer back"), "color": "danger"}
    return action_page(request, asked, form, take_back, words)


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def staff_request_decline(request, request_id):
    asked = request_of(request, request_id)
    form = DeclineForm(request.POST if request.method == "POST" else None)

    def decline():
        requests.decline_request(asked, by=request.user, **form.cleaned_data)
        return _("The request is answered, and the municipality gets an e-mail.")

    words = {
        "title": _("Say that we cannot?"),
        "text": _("The request is closed. The municipality can send a new one."),
        "button": _("Say that we cannot"),
        "color": "danger",
    }
    return action_page(request, asked, form, decline, words)


def action_page(request, asked, form, change, context):
    """Ask, and then do one thing with a request, and go back to it."""
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            messages.success(request, change())
        except CoursesError as error:
            messages.error(request, str(error))
        return redirect(asked.get_staff_url())
    return render(request, "confirm.html", {"form": form, "back": asked.get_staff_url()} | context)


def request_of(request, request_id):
    rows = CourseRequest.objects.visible_to(request.user).select_related("course", "session")
    return get_object_or_404(rows.prefetch_related("parties__municipality__county", "windows"), pk=request_id)


def offer_of(request, request_id, offer_id):
    asked = request_of(request, request_id)
    return asked, get_object_or_404(asked.offers.select_related("request"), pk=offer_id)
