"""Course certificates: issued by trainer or staff, fetched by their owners, checked by anybody."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.exceptions import CoursesError
from courses.forms.certificates import CodeForm
from courses.models import Certificate
from courses.services import certificates
from taushet.services.files import serve_file
from taushet.services.limits import is_within
from taushet.views.errors import too_many

from .attendance import in_room
from .secret import OWNER, SECOND, opens_booking, opens_participant

CHECKS_AN_HOUR = 60


@in_room
@require_POST
def certificates_issue(request, room, session):
    try:
        issued = certificates.issue_certificates(session, by=request.user)
    except CoursesError as refusal:
        messages.error(request, str(refusal))
    else:
        sentence = ngettext(
            "%(count)d certificate is issued. The participant is told by e-mail.",
            "%(count)d certificates are issued. The participants are told by e-mail.",
            len(issued),
        )
        messages.success(request, sentence % {"count": len(issued)})
    return redirect(room.url("attendance_overview", session.pk))


@opens_participant
@require_POST
def participant_certificate_issue(request, participant, token):
    try:
        certificates.issue_certificate(participant, language=request.LANGUAGE_CODE)
    except CoursesError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your course certificate is ready."))
    return redirect(reverse("courses:participant_detail", args=[token]))


@opens_participant
@require_safe
def participant_certificate(request, participant, token):
    return serve(participant)


@opens_booking(OWNER, SECOND)
@require_safe
def booking_certificate(request, access, participant_id):
    """The certificate of a participant who gave no address; the others fetch theirs themselves."""
    participants = access.booking.participants.active().with_certificate_to_hand_out()
    return serve(get_object_or_404(participants, pk=participant_id, has_certificate=True))


def serve(participant):
    certificate = participant.certificates.standing().select_related("file").first()
    if certificate is None:
        raise Http404
    return serve_file(certificates.certificate_file(certificate))


@login_not_required
@require_safe
def certificate_form(request):
    form = CodeForm(request.GET or None)
    if form.is_valid():
        return redirect("courses:certificate_check", form.cleaned_data["kode"])
    return render(request, "courses/certificate_form.html", {"form": form})


@login_not_required
@never_cache
@require_safe
def certificate_check(request, code):
    """Say whether a code is that of a valid certificate; what is unknown and what is erased look the same."""
    if not is_within(
        "certificate", get_adapter(request).get_client_ip(request), times=CHECKS_AN_HOUR, every=timedelta(hours=1)
    ):
        return too_many(request)
    certificate: Certificate | None = certificates.check_code(code)
    is_valid = certificate is not None and not hasattr(certificate, "revocation")
    context = {"certificate": certificate if is_valid else None, "is_revoked": bool(certificate) and not is_valid}
    response = render(request, "courses/certificate_check.html", context, status=200 if certificate else 404)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
