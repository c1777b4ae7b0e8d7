"""What happens around every page: the neutral host, the language, what browsers keep and the second factor."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from taushet.hosts import is_on_neutral_host
from taushet.second_factor import AFTER_SECOND_FACTOR, SecondFactor, second_factor_of

NEUTRAL_PATHS = (
    "/bestilling/",
    "/foresporsel/",
    "/pamelding/",
    "/deltaker/",
    "/varsel/",
    "/evaluering/",
    "/kalender/",
    "/static/",
    "/sprak/",
    "/forlat/",
    "/helse/",
    "/robots.txt",
    "/favicon.ico",
)
GUARDED_PATHS = ("/stab/", "/admin/")


def neutral_host(get_response):
    """Serve only secret-link pages on the neutral host, since the main one tells what it is about (design rule 9)."""

    def middleware(request):
        if not request.path.startswith(NEUTRAL_PATHS) and is_on_neutral_host(request):
            raise Http404
        return get_response(request)

    return middleware


def language(get_response):
    """Use the language the visitor chose at /sprak/, bokmål until then, whatever the browser asks for."""
    known = dict(settings.LANGUAGES)

    def middleware(request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        code = chosen if chosen in known else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = code
        with translation.override(code):
            response = get_response(request)
        response.headers.setdefault("Content-Language", code)
        patch_vary_headers(response, ("Cookie",))
        return response

    return middleware


def nothing_left_behind(get_response):
    """Let no browser keep a page of somebody signed in: after a quick exit the back button must not show it."""

    def middleware(request):
        response = get_response(request)
        if request.session.accessed and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response

    return middleware


def second_factor(get_response):
    """Keep /stab/ and /admin/ for staff who have a second factor and have used it in this session.

    Somebody without one is led to where it is set up, somebody who has not used it to where it is asked for.
    """

    def middleware(request):
        if not request.path_info.startswith(GUARDED_PATHS) or not request.user.is_authenticated:
            return get_response(request)
        if not may_enter(request.user, request.path_info):
            raise PermissionDenied
        state = second_factor_of(request)
        if state is SecondFactor.USED:
            return get_response(request)
        if request.method == "GET" and not request.htmx:
            request.session[AFTER_SECOND_FACTOR] = request.get_full_path()
        if state is SecondFactor.MISSING:
            messages.warning(request, _("Campaign staff need a second factor. Set one up here, and you can go on."))
            return lead_to(request, reverse("mfa_index"))
        messages.info(request, _("Confirm with your second factor that it is you, and you can go on."))
        return lead_to(request, reverse("account_reauthenticate", query={"next": reverse("start_signed_in")}))

    return middleware


def may_enter(user, path: str) -> bool:
    return user.is_superuser if path.startswith("/admin/") else user.is_campaign_staff


def lead_to(request, address: str):
    """Redirect the whole page, also when htmx asked for a part of one."""
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
