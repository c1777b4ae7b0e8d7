"""One letter, as the recipient will read it."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from municipalities.models import Indicator
from outreach.exceptions import OutreachError
from outreach.models import Letter
from outreach.services.sending import send_test_copy


@permission_required("outreach.view_letter", raise_exception=True)
@require_safe
def letter_detail(request, mailing_pk, pk):
    letters = Letter.objects.select_related(
        "mailing__demand_version__demand", "municipality", "mandate__politician", "mandate__body", "message"
    )
    letter = get_object_or_404(letters, mailing=mailing_pk, pk=pk)
    indicators = Indicator.objects.in_bulk(list(letter.facts), field_name="key")
    facts = [
        {
            **fact,
            "indicator": indicators[key],
            "shown": indicators[key].show(fact["value"]),
            "day": date.fromisoformat(fact["observed_on"]),
        }
        for key, fact in letter.facts.items()
        if key in indicators
    ]
    return render(request, "outreach/letter_detail.html", {"letter": letter, "facts": facts})


@permission_required("outreach.test_letter", raise_exception=True)
@require_POST
def letter_test(request, mailing_pk, pk):
    letter = get_object_or_404(Letter, mailing=mailing_pk, pk=pk)
    try:
        send_test_copy(letter, by=request.user)
    except OutreachError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("A test copy is on its way to %(email)s.") % {"email": request.user.email})
    return redirect(letter)
