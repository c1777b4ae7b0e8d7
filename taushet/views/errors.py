"""Pages for what went wrong, in the same house and with the helplines."""

from django.shortcuts import render


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
