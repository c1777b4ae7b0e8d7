"""Where Stripe tells us what has happened. It wants an answer at once, so nothing is done here but keep it."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from courses.services.stripe_client import is_on
from courses.services.stripe_events import Forged, read_event, store_event

logger = logging.getLogger(__name__)
LONGEST_BODY = 512 * 1024  # bytes


@csrf_exempt
@login_not_required
@require_POST
def stripe_webhook(request):
    """Answer 200 once an event is kept, 400 to what Stripe has not signed, and 503 where it must be sent again."""
    if not is_on():
        raise Http404
    if len(request.body) > LONGEST_BODY:
        return HttpResponse("Too long.", status=413, content_type="text/plain")
    try:
        text, event = read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except Forged:
        return HttpResponse("Not signed by Stripe.", status=400, content_type="text/plain")
    try:
        store_event(text, event)
    except (OperationalError, InterfaceError):
        logger.warning("an event from Stripe could not be kept and comes again", exc_info=True)
        return HttpResponse("Send it again.", status=503, content_type="text/plain")
    return HttpResponse("Kept.", content_type="text/plain")
