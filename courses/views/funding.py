"""Staff: which seats of a session are paid for by somebody else."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courses.exceptions import CoursesError
from courses.forms.funding import FundingForm
from courses.models import Session
from courses.services.prices import fund_seats

from .sessions import may_change


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def staff_session_funding(request, session_id):
    session = get_object_or_404(Session.objects.select_related("course"), pk=session_id)
    form = FundingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            fund_seats(session, by=request.user, seats=form.cleaned_data["seats"], place=form.place)
        except CoursesError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Saved. It holds for bookings from now on."))
            return redirect("courses:staff_session_funding", session.pk)
    grants = session.funded_seats.select_related("municipality", "county")
    context = {"session": session, "form": form, "grants": grants}
    return render(request, "courses/staff_session_funding.html", context)
