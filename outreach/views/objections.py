"""A politician says no to letters: by one click, or by the page that the same address shows."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from outreach.models import Objection, Politician
from outreach.services.privacy.objections import LINK, has_objected, object_for
from taushet.services.links import find_subject


# A mail program that says no for its reader sends a POST with no cookie (RFC 8058); the token is what proves it.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request, token):
    """Ask for a press of a button, since mail programs open links by themselves; a POST objects."""
    number = find_subject(LINK, token)
    if number is None:
        raise Http404
    politician = get_object_or_404(Politician, pk=number)
    if request.method == "POST":
        object_for(politician, source=Objection.Source.ONE_CLICK)
    return render(request, "outreach/objection.html", {"is_done": has_objected(politician.pk)})
