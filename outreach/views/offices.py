"""Staff put in, correct and end single offices, and record leaves."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from municipalities.models import Municipality
from municipalities.services.place_cells import municipality_place
from outreach.exceptions import OutreachError
from outreach.forms.office_holders import (
    CountyOfficeForm,
    EndForm,
    LeaveForm,
    OfficeChangeForm,
    OfficeForm,
    OtherOfficeForm,
)
from outreach.models import Leave, Mandate
from outreach.services.offices import office_holders
from outreach.services.offices.offices import end_office

may_change = permission_required("outreach.change_mandate", raise_exception=True)
methods = require_http_methods(["GET", "HEAD", "POST"])


@may_change
@methods
def office_create(request, number):
    municipality = get_object_or_404(Municipality.objects.current(), pk=number)
    place = municipality_place(municipality)
    form = OfficeForm(request.POST or None, place=place)
    if form.is_valid():
        body = office_holders.local_body(place, form.office)
        if added(request, form, body):
            return redirect("outreach:recipient_detail", municipality.pk)
    back = reverse("outreach:recipient_detail", args=[municipality.pk])
    title = _("Put in an office in %(place)s") % {"place": municipality}
    return render(request, "outreach/office_form.html", {"form": form, "title": title, "back": back})


@may_change
@methods
def office_create_other(request):
    form = OtherOfficeForm(request.POST or None)
    if form.is_valid():
        body = office_holders.other_body(form.cleaned_data["kind"], form.cleaned_data["body"])
        if mandate := added(request, form, body):
            return redirect(home_of(mandate))
    context = {"form": form, "title": _("Put in another office"), "back": reverse("outreach:politician_list")}
    return render(request, "outreach/office_form.html", context)


@may_change
@methods
def office_create_county(request):
    form = CountyOfficeForm(request.POST or None)
    if form.is_valid():
        body = office_holders.local_body(form.place, form.office)
        if mandate := added(request, form, body):
            return redirect(home_of(mandate))
    title = _("Put in an office in a county authority")
    context = {"form": form, "title": title, "back": reverse("outreach:politician_list")}
    return render(request, "outreach/office_form.html", context)


def added(request, form, body):
    try:
        mandate = office_holders.add_office(body, form.office, politician=form.politician, by=request.user)
    except OutreachError as refusal:
        form.add_error(None, str(refusal))
        return None
    messages.success(request, _("The office is put in."))
    return mandate


def mandate_of(pk):
    held = Mandate.objects.select_related("politician", "body__municipality")
    # The mail-box of a municipality has a page of its own.
    held = held.exclude(politician=None, body__municipality__isnull=False)
    return get_object_or_404(held, pk=pk)


def home_of(mandate):
    """Where somebody who works with an office came from."""
    if mandate.politician_id is None:
        return reverse("outreach:politician_list")
    return reverse("outreach:politician_detail", args=[mandate.politician_id])


@may_change
@methods
def mandate_update(request, pk):
    mandate = mandate_of(pk)
    form = OfficeChangeForm(request.POST or None, mandate=mandate)
    if form.is_valid():
        office_holders.change_office(mandate, form.values, by=request.user)
        messages.success(request, _("The office is saved."))
        return redirect(home_of(mandate))
    context = {"form": form, "title": str(mandate), "back": home_of(mandate)}
    return render(request, "outreach/office_form.html", context)


@may_change
@methods
def mandate_end(request, pk):
    mandate = mandate_of(pk)
    form = EndForm(request.POST or None)
    if form.is_valid():
        end_office(mandate, on=form.cleaned_data["on"], by=request.user)
        messages.success(request, _("The office is put down as ended."))
        return redirect(home_of(mandate))
    context = {
        "form": form,
        "title": _("End the office?"),
        "text": _("%(office)s. Letters that have not left for this office are stopped from that day.")
        % {"office": mandate},
        "button": _("Yes, it ends"),
        "color": "danger",
        "back": home_of(mandate),
    }
    return render(request, "confirm.html", context)


@may_change
@methods
def leave_create(request, pk):
    mandate = mandate_of(pk)
    form = LeaveForm(request.POST or None, mandate=mandate)
    if form.is_valid():
        try:
            office_holders.start_leave(mandate, **form.cleaned_data, by=request.user)
        except OutreachError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The leave is saved."))
            return redirect(home_of(mandate))
    title = _("Leave: %(office)s") % {"office": mandate}
    return render(request, "outreach/office_form.html", {"form": form, "title": title, "back": home_of(mandate)})


@may_change
@methods
def leave_end(request, pk):
    leave = get_object_or_404(Leave.objects.select_related("mandate__politician", "mandate__body"), pk=pk)
    form = EndForm(request.POST or None)
    if form.is_valid():
        office_holders.end_leave(leave, on=form.cleaned_data["on"], by=request.user)
        messages.success(request, _("The leave is saved."))
        return redirect(home_of(leave.mandate))
    context = {
        "form": form,
        "title": _("Back from leave?"),
        "text": str(leave.mandate),
        "button": _("Yes, back from that day"),
        "back": home_of(leave.mandate),
    }
    return render(request, "confirm.html", context)
