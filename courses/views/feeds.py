"""The feeds of bookers, municipalities and staff: their answers, and the pages where one gets and renews an address."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.services import feeds
from municipalities.models import Membership
from taushet.models import User

from .calendars import answer, gone
from .sessions import may_see


def booker_feed(request, link):
    """Answer the feed of somebody who books (a FeedKind)."""
    user = User.objects.active().filter(pk=link.subject_id).first()
    if user is None:
        return gone()
    with translation.override(user.language):
        return answer(request, feeds.booker_feed(user), link=link)


def municipality_feed(request, link):
    """Answer the feed of a municipality or a unit, as long as its reader belongs there (a FeedKind)."""
    memberships = Membership.objects.confirmed().filter(user__is_active=True).select_related("user")
    membership = memberships.filter(pk=link.subject_id).first()
    if membership is None:
        return gone()
    with translation.override(membership.user.language):
        return answer(request, feeds.municipality_feed(membership), link=link)


def staff_feed(request, link):
    """Answer the feed of campaign staff (a FeedKind)."""
    user = User.objects.active().filter(pk=link.subject_id).first()
    if user is None or not user.is_campaign_staff or not user.has_perm("courses.view_session"):
        return gone()
    with translation.override(user.language):
        return answer(request, feeds.staff_feed(), link=link)


@require_safe
@never_cache
def booker_feeds(request):
    """Show the addresses a booker has, and those that can be made: of the own bookings and of each municipality."""
    mine = [
        row(
            _("What you have booked yourself"),
            feeds.feed_address(request.user, feeds.BOOKER_FEED),
            reverse("courses:booker_feed_renew"),
            "own",
        )
    ]
    for membership in own_memberships(request.user):
        place = membership.unit or membership.municipality
        renew = reverse("courses:municipality_feed_renew", args=[membership.pk])
        mine.append(
            row(
                _("All that %(place)s has booked") % {"place": place},
                feeds.feed_address(membership, feeds.MUNICIPALITY_FEED),
                renew,
                f"place-{membership.pk}",
            )
        )
    return render(request, "courses/booker_feeds.html", {"rows": mine})


@require_POST
def booker_feed_renew(request):
    return renewed(request, request.user, feeds.BOOKER_FEED, "courses:booker_feeds")


@require_POST
def municipality_feed_renew(request, membership_id):
    membership = get_object_or_404(own_memberships(request.user), pk=membership_id)
    return renewed(request, membership, feeds.MUNICIPALITY_FEED, "courses:booker_feeds")


@may_see
@require_safe
@never_cache
def staff_feed_page(request):
    address = feeds.feed_address(request.user, feeds.STAFF_FEED)
    only = row(_("All sessions"), address, reverse("courses:staff_feed_renew"), "staff")
    return render(request, "courses/staff_feed.html", {"rows": [only]})


@may_see
@require_POST
def staff_feed_renew(request):
    return renewed(request, request.user, feeds.STAFF_FEED, "courses:staff_feed")


@login_not_required
@require_safe
def public_feed(request):
    address = request.build_absolute_uri(reverse("courses:public_calendar"))
    return render(request, "courses/public_feed.html", {"rows": [row(_("All courses"), address, "", "public")]})


def own_memberships(user):
    return user.memberships.confirmed().select_related("municipality", "unit").order_by("pk")


def row(title, address, renew, key):
    """Return a feed as its pages show it."""
    webcal = address and "webcal://" + address.partition("://")[2]
    return {"title": title, "address": address, "webcal": webcal, "renew": renew, "key": key}


def renewed(request, subject, purpose, page):
    """Make a new address, and say so; that an old one is closed only when there was one."""
    had_one = feeds.feed_address(subject, purpose) is not None
    feeds.renew_feed(subject, purpose, by=request.user)
    if had_one:
        messages.success(request, _("You have a new address. The old one does not work any more."))
    else:
        messages.success(request, _("The address is made. Put it into your calendar."))
    return redirect(page)
