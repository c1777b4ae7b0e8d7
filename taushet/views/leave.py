"""Quick exit: the session on this device ends and a neutral page takes over."""

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseRedirect
from django.views.decorators.cache import never_cache

COOKIES = (
    settings.SESSION_COOKIE_NAME,
    settings.CSRF_COOKIE_NAME,
    settings.LANGUAGE_COOKIE_NAME,
    "messages",
)


@never_cache
@login_not_required
def leave(request):
    """Works as a plain link. What only looks ahead, or comes from another site, signs nobody out."""
    response = HttpResponseRedirect(settings.QUICK_EXIT_URL)
    response.headers["Referrer-Policy"] = "no-referrer"
    if is_looking_ahead(request) or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return response
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        logout(request)
    for name in COOKIES:
        response.delete_cookie(name, samesite="Lax")
    return response


def is_looking_ahead(request):
    """Whether a browser or a proxy fetches the page in case the visitor should want it."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "HEAD" or "prefetch" in purpose
