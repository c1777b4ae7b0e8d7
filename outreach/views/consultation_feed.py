"""The calendar of deadlines: its answer to calendar programs, and the page where one gets, renews and closes it."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from outreach.services.consultations import consultation_feed
from taushet.models import User
from taushet.services import limits

READS_AN_HOUR = 60
PLAIN = "text/plain; charset=utf-8"
may_see = permission_required("outreach.view_consultation", raise_exception=True)


def deadline_feed(request, link):
    """Answer the feed of deadlines as long as its reader may see consultations (a FeedKind)."""
    user = User.objects.active().filter(pk=link.subject_id).first()
    if user is None or not user.has_perm("outreach.view_consultation"):
        return HttpResponse("This calendar address has been closed.", status=410, content_type=PLAIN)
    with translation.override(user.language):
        rows = consultation_feed.rows_now()
        etag = consultation_feed.feed_etag(rows)
        response = HttpResponse(content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
        conditional = get_conditional_response(request, etag=etag, response=response)
        if conditional is not response:
            return conditional
        if not limits.is_within("feed", link.token_sha256, times=READS_AN_HOUR, every=timedelta(hours=1)):
            sentence = "This calendar is fetched too often."
            return HttpResponse(sentence, status=429, content_type=PLAIN, headers={"Retry-After": "600"})
        response.content = consultation_feed.write_deadlines(rows)
        return response


@may_see
@require_safe
@never_cache
def deadline_feed_page(request):
    address = consultation_feed.deadlines_address(request.user)
    row = {
        "title": _("Deadlines of consultations"),
        "address": address,
        "webcal": address and "webcal://" + address.partition("://")[2],
        "renew": reverse("outreach:deadline_feed_renew"),
        "key": "deadlines",
    }
    return render(request, "outreach/deadline_feed.html", {"row": row})


@may_see
@require_POST
def deadline_feed_renew(request):
    consultation_feed.renew_deadlines(request.user)
    messages.success(request, _("The address is made. Put it into your calendar."))
    return redirect("outreach:deadline_feed_page")


@may_see
@require_POST
def deadline_feed_close(request):
    consultation_feed.close_deadlines_of(request.user)
    messages.success(request, _("The address is closed. Calendars that follow it stop."))
    return redirect("outreach:deadline_feed_page")
