"""The municipality's side of a request for a course at home: the form, and the page behind the secret link."""

from dataclasses import dataclass
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.exceptions import CoursesError
from courses.forms.requests import (
    AskAgainForm,
    AskForm,
    CourseRequestForm,
    NeighbourFormSet,
    WindowFormSet,
    WithdrawForm,
)
from courses.models import CourseRequest
from courses.services import request_offers, requests
from courses.services.bookings import is_signed_in_with
from courses.services.requests import Party
from taushet.models import SecretLink
from taushet.services.limits import is_within
from taushet.services.links import issue_link, page_address
from taushet.views.errors import too_many

from .secret import OWNER as BOOKING
from .secret import by_token, find_link

OWNER, RECEIPT, CONFIRM = "request", "request-receipt", "request-confirm"
REQUESTS_AN_HOUR = 20


@dataclass(frozen=True)
class RequestAccess:
    """A request for a course that somebody has opened, and with which link."""

    asked: CourseRequest
    purpose: str
    token: str

    @property
    def is_owner(self):
        return self.purpose == OWNER

    @property
    def language(self):
        return self.asked.language

    def url(self, name, *args):
        return reverse(f"courses:{name}", args=[self.token, *args])


def opens_request(*purposes):
    """Let a view be opened by the token of a request; the view gets a RequestAccess instead of the token."""
    return by_token(purposes, find_access)


def find_access(token, purposes):
    link = find_link(token, purposes, RECEIPT)
    if link is None:
        return None
    rows = CourseRequest.objects.select_related("course", "session").prefetch_related(
        "parties__municipality__county", "windows"
    )
    asked = rows.filter(pk=link.subject_id, erased_at=None).first()
    return RequestAccess(asked, link.purpose, token) if asked else None


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_create(request):
    """Ask for a course at home; no account is needed."""
    data = request.POST if request.method == "POST" else None
    initial, rows = AskForm(request.GET).given()
    form = CourseRequestForm(data, visitor=request.user, initial={"taught_in": get_language(), **initial})
    neighbours, windows = NeighbourFormSet(data, prefix="naboer"), WindowFormSet(data, prefix="tider")
    neighbours.extra = rows
    # All three, so that everything that is wrong is said at once.
    if data is not None and all([form.is_valid(), neighbours.is_valid(), windows.is_valid()]):
        where = get_adapter(request).get_client_ip(request)
        if not is_within("course-request", where, times=REQUESTS_AN_HOUR, every=timedelta(hours=1)):
            return too_many(request)
        asked = ask(request, form, neighbours, windows)
        if asked:
            return redirect(first_address(request, asked))
    context = {"form": form, "neighbours": neighbours, "windows": windows, "more_rows": rows + 4}
    context |= row_errors(neighbours, windows)
    return render(request, "courses/request_form.html", context)


def row_errors(*formsets):
    """Return what the summary of errors needs to know about rows."""
    return {"formsets": formsets, "has_row_errors": any(rows.is_bound and not rows.is_valid() for rows in formsets)}


def ask(request, form, neighbours, windows):
    """Ask for what valid forms say: return the request, or None when the form has got an error to show."""
    fields = form.cleaned_data.copy()
    host = Party(fields.pop("municipality"), fields.pop("seats"))
    try:
        return requests.ask_for_course(
            fields.pop("course"),
            parties=[host, *neighbours.parties()],
            windows=windows.windows(),
            visitor=request.user,
            language=get_language(),
            **fields,
        )
    except CoursesError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def first_address(request, asked):
    """Return where a browser goes that has just asked: to the whole page only when the address is its own."""
    try:
        if request.user.is_authenticated and is_signed_in_with(request.user, asked.contact_email):
            return page_address(OWNER, issue_link(OWNER, asked.pk))
        return page_address(RECEIPT, issue_link(RECEIPT, asked.pk))
    except SecretLink.DoesNotExist:
        messages.info(request, _("This request was sent already. The link in the e-mail we sent opens it."))
        return reverse("courses:request_create")


@opens_request(OWNER, RECEIPT)
@require_safe
def request_detail(request, access):
    asked = access.asked
    context = {"access": access, "asked": asked}
    if access.is_owner:
        context |= {
            "offers": asked.offers.select_related("trainer__user"),
            "events": asked.events.select_related("offer"),
            "bookings": bookings_of(asked),
            "log": asked.messages.exclude(message__kind="request-staff").select_related("message").order_by("-pk"),
        }
    return render(request, "courses/request_detail.html", context)


def bookings_of(asked):
    """Return the bookings an accepted request became, each with the address of its own page."""
    if not asked.session:
        return []
    rows = asked.session.bookings.filter(contact_email=asked.contact_email, erased_at=None)
    rows = rows.filter(request_key__startswith=f"request-{asked.pk}-").select_related("municipality").order_by("pk")
    return [(booking, page_address(BOOKING, issue_link(BOOKING, booking.pk))) for booking in rows]


@opens_request(CONFIRM)
@require_http_methods(["GET", "HEAD", "POST"])
def request_confirm(request, access):
    """Ask for a press of a button, since mail programs open links by themselves; a POST confirms (design rule 13)."""
    asked, error = access.asked, ""
    if asked.confirmed_at:
        return redirect(page_address(OWNER, issue_link(OWNER, asked.pk)))
    if request.method == "POST":
        try:
            requests.confirm_request(asked)
        except CoursesError as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("Thank you. The request has reached us, and you have got an e-mail."))
            return redirect(page_address(OWNER, issue_link(OWNER, asked.pk)))
    context = {"asked": asked, "error": error}
    return render(request, "courses/request_confirm.html", context, status=409 if error else 200)


@opens_request(OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def request_accept(request, access, offer_id):
    """Ask, and then accept one date for all the municipalities."""
    offer = get_object_or_404(access.asked.offers.select_related("trainer__user"), pk=offer_id)

    total = offer.seat_price * access.asked.people

    def accept():
        request_offers.accept_offer(offer)
        return _("The date is yours. You get an e-mail with the booking and the calendar entry.")

    if request.method != "POST" and not (offer.can_be_answered and access.asked.is_open):
        context = {"offer": offer, "back": access.url("request_detail")}
        return render(request, "courses/request_offer_closed.html", context)
    return action_page(request, access, "courses/request_accept.html", None, accept, {"offer": offer, "total": total})


@opens_request(OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def request_again(request, access):
    """Say that no date fits, and what would."""
    if request.method != "POST" and access.asked.state != CourseRequest.State.OFFERED:
        return closed_page(request, access)
    form = AskAgainForm(request.POST if request.method == "POST" else None)

    def again():
        requests.ask_again(access.asked, **form.cleaned_data)
        return _("We have your answer and look for other dates.")

    words = {
        "title": _("Ask for other dates"),
        "text": _("The dates we offered are then given up, and we look for others."),
        "button": _("Ask for other dates"),
        "has_words": True,
    }
    return action_page(request, access, "courses/booking_action.html", form, again, words)


@opens_request(OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def request_withdraw(request, access):
    """End the request from the municipality's side."""
    if request.method != "POST" and not access.asked.is_open:
        return closed_page(request, access)
    form = WithdrawForm(request.POST if request.method == "POST" else None)

    def withdraw():
        requests.withdraw_request(access.asked, **form.cleaned_data)
        return _("The request is withdrawn.")

    words = {
        "title": _("Withdraw the request?"),
        "text": _("We then stop looking for dates. You can always send a new request."),
        "button": _("Withdraw the request"),
        "color": "danger",
        "has_words": True,
    }
    return action_page(request, access, "courses/booking_action.html", form, withdraw, words)


def closed_page(request, access):
    """Show what has happened instead of a form that would change nothing."""
    context = {
        "asked": access.asked,
        "events": access.asked.events.select_related("offer"),
        "back": access.url("request_detail"),
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "courses/request_closed.html", context, status=status)


def action_page(request, access, template, form, change, context):
    """Show one thing that can be done with a request; on POST do it, say so, and go back to the request."""
    back = access.url("request_detail")
    status = 200
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            messages.success(request, change())
        except CoursesError as refusal:
            access.asked.refresh_from_db()
            if not access.asked.is_open:
                return closed_page(request, access)
            context = context | {"error": str(refusal)}
            status = 409
        else:
            return redirect(back)
    context = {"access": access, "asked": access.asked, "form": form, "back": back} | context
    return render(request, template, context, status=status)
