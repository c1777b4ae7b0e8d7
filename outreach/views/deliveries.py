"""That a submission was handed in: noted, put right, and taken back."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from outreach.exceptions import OutreachError, WrongDay
from outreach.forms.submissions import DeliveredForm, DeliveryForm, TakeBackForm
from outreach.models import Submission
from outreach.services.consultations.submission_approvals import correct_delivery, mark_delivered, take_back_delivery
from outreach.views.submissions import may_change, submission_page


@may_change
@require_POST
def submission_delivered(request, pk):
    return change(request, pk, mark_delivered, "delivered_form", DeliveredForm(request.POST), _("Noted as delivered."))


@may_change
@require_POST
def delivery_correct(request, pk):
    form = DeliveryForm(request.POST)
    return change(request, pk, correct_delivery, "delivery_form", form, _("The delivery is corrected."))


@may_change
@require_POST
def delivery_take_back(request, pk):
    form = TakeBackForm(request.POST, auto_id="take_back_%s")
    return change(request, pk, take_back_delivery, "take_back_form", form, _("It is not delivered any more."))


def change(request, pk, service, name, form, done):
    """Do it, or show the page again with what is wrong at its field and what was typed."""
    submission = get_object_or_404(Submission, pk=pk)
    if form.is_valid():
        try:
            service(submission, by=request.user, **form.cleaned_data)
        except OutreachError as error:
            form.add_error("on" if isinstance(error, WrongDay) else None, str(error))
        else:
            messages.success(request, done)
            return redirect(submission)
    return submission_page(request, pk, **{name: form})
