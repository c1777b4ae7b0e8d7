"""Pages for what went wrong, in the same house and with the helplines."""

from django.conf import settings
from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)


def gone(request):
    """Answer for something that was here and has been withdrawn, such as a secret link that was renewed."""
    return render(request, "410.html", status=410)


def too_many(request, exception=None):
    """Answer one who tries too often."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "300"
    return response


def server_error(request):
    """Answer when anything may be broken: a page of its own that asks for nothing, not even for the request."""
    return HttpResponseServerError(get_template("500.html").render({"is_demonstration": settings.DEMO}))
