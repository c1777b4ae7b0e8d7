"""What the participants of a session need, for those who arrange it: its trainers close to it, and staff."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.models import Adaptation
from courses.services import adaptations
from courses.services.catalogue import session_texts
from taushet.services import audit

from .attendance import in_room


@in_room
@require_safe
def adaptation_list(request, room, session):
    """Show by listed name what is needed; that somebody has looked is recorded, whether or not there was anything."""
    if room.key == "staff" and not request.user.has_perm(adaptations.SEE):
        raise PermissionDenied
    if room.key == "trainer" and not adaptations.seen_by_trainers(session):
        raise Http404
    rows = list(Adaptation.objects.of_session(session))
    audit.record("adaptations.seen", session, by=request.user, count=len(rows))
    context = {
        "session": session,
        "rows": rows,
        "base": room.base,
        "session_page": room.session_page(session),
    }
    return render(request, "courses/adaptation_list.html", context | session_texts(session))
