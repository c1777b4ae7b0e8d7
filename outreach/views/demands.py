"""Demands: the public pages, and the wordings staff look after."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outreach.forms.wordings import WordingForm
from outreach.models import Demand, DemandVersion, Letter
from outreach.services.wordings import VALUES, publish_version


@login_not_required
@require_safe
def demand_list(request):
    versions = (
        DemandVersion.objects.current()
        .exclude(demand__status=Demand.Status.WITHDRAWN)
        .select_related("demand")
        .prefetch_related("hooks")
        .order_by("demand__number")
    )
    received = Letter.objects.received_by_demand()
    rows = [(version, received.get(version.demand_id, 0)) for version in versions]
    return render(request, "outreach/demand_list.html", {"rows": rows})


@login_not_required
@require_safe
def demand_detail(request, slug):
    versions = DemandVersion.objects.current().select_related("demand").prefetch_related("hooks")
    version = get_object_or_404(versions, demand__slug=slug)
    context = {
        "version": version,
        "demand": version.demand,
        "hooks": sorted(version.hooks.all(), key=lambda hook: (not hook.is_binding, hook.pk)),
        "needed": version.needed_facts.select_related("indicator"),
        "received": Letter.objects.received_places(version.demand),
    }
    return render(request, "outreach/demand_detail.html", context)


@permission_required("outreach.view_demand", raise_exception=True)
@require_safe
def wording_list(request):
    versions = DemandVersion.objects.current().select_related("demand").order_by("demand__number")
    return render(request, "outreach/wording_list.html", {"versions": versions})


@permission_required("outreach.change_demand", raise_exception=True)
def wording_update(request, slug):
    """Write a new version; the ones that letters have used stay as they are."""
    version = get_object_or_404(DemandVersion.objects.current().select_related("demand"), demand__slug=slug)
    form = WordingForm(request.POST or None, version=version)
    if form.is_valid():
        publish_version(version.demand, by=request.user, **form.wording)
        messages.success(request, _("The new wording is published. Mailings from now on use it."))
        return redirect("outreach:wording_list")
    context = {"form": form, "version": version, "values": VALUES.items(), "notes": form.known_notes}
    return render(request, "outreach/wording_form.html", context)
