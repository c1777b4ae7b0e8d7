"""Offices that staff look after since a mail told that the address is dead or its holder gone."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import DeadAddress, OutreachError
from outreach.forms.office_holders import EndForm
from outreach.forms.recipients import TaskAddressForm
from outreach.models import OfficeTask
from outreach.services.offices import office_tasks
from outreach.services.sending.trying_again import message_of_task

PER_PAGE = 50
may_change = permission_required("outreach.change_mandate", raise_exception=True)


def tasks():
    return OfficeTask.objects.select_related(
        "mandate__politician", "mandate__body__municipality", "message", "inbound", "settled_by"
    )


@may_change
@require_safe
def office_task_list(request):
    """Those that wait, the oldest first, and after them what was settled last."""
    page = Paginator(tasks().waiting(), PER_PAGE).get_page(request.GET.get("page"))
    settled = tasks().exclude(settled_at=None).order_by("-settled_at")[:20]
    return render(request, "outreach/office_task_list.html", {"page": page, "settled": settled})


@may_change
@require_safe
def office_task_detail(request, pk):
    return show(request, get_object_or_404(tasks(), pk=pk))


def show(request, task, address=None, ending=None):
    others = office_tasks.at_same_address(task)
    initial = {"checked_on": timezone.localdate(), "also": others}
    context = {
        "task": task,
        "address": address or TaskAddressForm(initial=initial, mandate=task.mandate, others=others),
        "ending": ending or EndForm(),
        "again": message_of_task(task),
        "closed": office_tasks.block_of(task),
        "letters": office_tasks.letters_to_try_again(task) if task.settled_at else [],
    }
    return render(request, "outreach/office_task_detail.html", context)


def settled(request, service, task, **values):
    try:
        service(task, **values, by=request.user)
    except DeadAddress:  # belongs to a field
        raise
    except OutreachError as refusal:
        messages.error(request, str(refusal))
        return redirect("outreach:office_task_list")
    again = len(office_tasks.letters_to_try_again(task))
    sentence = ngettext(
        "%(number)d letter did not arrive, and can be sent to the new address.",
        "%(number)d letters did not arrive, and can be sent to the new address.",
        again,
    )
    messages.success(
        request, " ".join([_("The office is looked after."), *([sentence % {"number": again}] if again else [])])
    )
    return redirect(task) if again else redirect("outreach:office_task_list")


@may_change
@require_POST
def office_task_address(request, pk):
    task = get_object_or_404(tasks(), pk=pk)
    form = TaskAddressForm(request.POST, mandate=task.mandate, others=office_tasks.at_same_address(task))
    if form.is_valid():
        try:
            return settled(request, office_tasks.settle_with_address, task, **form.cleaned_data)
        except DeadAddress as refusal:
            form.add_error("email", str(refusal))
    return show(request, task, address=form)


@may_change
@require_POST
def office_task_end(request, pk):
    task = get_object_or_404(tasks(), pk=pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        return show(request, task, ending=form)
    return settled(request, office_tasks.settle_by_ending, task, **form.cleaned_data)


@may_change
@require_POST
def office_task_dismiss(request, pk):
    return settled(request, office_tasks.dismiss, get_object_or_404(tasks(), pk=pk))
