"""The mails of a request for a course at home: neutral in subject and text (design rule 9), in its language.

To the requester at each of our turns; to the staff member who answered at each of the requester's. When a date is
accepted the requester gets the confirmations of the bookings, with the calendar entries, and nothing besides.
"""

from collections.abc import Iterable

from django.conf import settings

from courses.models import CourseRequest, RequestMessage, RequestOffer
from taushet.models import Message, User
from taushet.services.links import placeholder
from taushet.services.outbox import render_mail, write_message

CONFIRM_ADDRESS = "request-confirm-address"
RECEIVED = "request-received"
OFFERED = "request-offered"
CHANGED = "request-offer-changed"
DECLINED = "request-declined"
WITHDRAWN = "request-withdrawn"
STAFF = "request-staff"


def ask_for_confirmation(request: CourseRequest) -> Message:
    """Ask the owner of an address whether the request is really theirs; repeats nothing a stranger may have typed."""
    return _write(CONFIRM_ADDRESS, request, page=placeholder("request-confirm", request.pk))


def tell_received(request: CourseRequest) -> Message:
    """Say that the request is with us, by when we answer, and give the link to its page."""
    return _write(RECEIVED, request)


def tell_offered(request: CourseRequest, offers: Iterable[RequestOffer]) -> Message:
    """Give the dates, and by when to answer."""
    return _write(OFFERED, request, offers=list(offers))


def tell_offer_changed(request: CourseRequest, offer: RequestOffer) -> Message:
    """Say that an offer was taken back, lapsed or can no longer be had, and what stands now."""
    standing = request.offers.standing().exists()
    return _write(CHANGED, request, offer=offer, still_open=standing)


def tell_declined(request: CourseRequest) -> Message:
    return _write(DECLINED, request)


def tell_withdrawn(request: CourseRequest) -> Message:
    return _write(WITHDRAWN, request)


def tell_staff(request: CourseRequest, user: User, what: str) -> Message | None:
    """Tell the one who made the offers how they were answered; what is one of the kinds of events."""
    if not user.is_active:
        return None
    page = settings.BASE_URL + request.get_staff_url()
    subject, text = render_mail("request_staff", {"asked": request, "what": what, "page": page}, user.language)
    return _post(STAFF, request, user.email, str(user), subject, text, user.language)


def _write(kind: str, request: CourseRequest, *, page: str = "", **context) -> Message:
    context |= {"asked": request, "page": page or placeholder("request", request.pk)}
    subject, text = render_mail(kind.replace("-", "_"), context, request.language)
    name = "" if kind == CONFIRM_ADDRESS else request.contact_name
    return _post(kind, request, request.contact_email, name, subject, text, request.language)


def _post(kind, request, email, name, subject, text, language) -> Message:
    message = write_message(
        kind=kind,
        to_email=email,
        to_name=name,
        subject=subject,
        text=text,
        language=language,
        is_demonstration=request.is_demonstration,
    )
    RequestMessage.objects.create(request=request, message=message)
    return message
