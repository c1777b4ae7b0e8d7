"""The public pages of the demands."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from outreach.models import Demand, DemandVersion
from outreach.services.demands.measures import measures_of
from outreach.services.mailings.progress import progress_by_demand
from outreach.services.replies.answers import places_asked


@login_not_required
@require_safe
def demand_list(request):
    versions = (
        DemandVersion.objects.current()
        .exclude(demand__status=Demand.Status.WITHDRAWN)
        .select_related("demand")
        .order_by("demand__number")
    )
    progress = progress_by_demand()
    rows = [(version, progress[version.demand_id]) for version in versions]
    levels = [(level, [row for row in rows if row[0].demand.level == level.value]) for level in Demand.Level]
    return render(request, "outreach/demand_list.html", {"rows": rows, "levels": levels})


@login_not_required
@require_safe
def demand_detail(request, slug):
    versions = DemandVersion.objects.current().select_related("demand").prefetch_related("hooks")
    version = get_object_or_404(versions, demand__slug=slug)
    received = places_asked(version.demand)
    context = {
        "version": version,
        "demand": version.demand,
        "today": timezone.localdate(),
        "hooks": sorted(version.hooks.all(), key=lambda hook: (not hook.is_binding, hook.pk)),
        "measures": measures_of([need.indicator for need in version.needed_facts.select_related("indicator")]),
        "received": received,
        "versions": version.demand.versions.published().order_by("-number"),
    }
    return render(request, "outreach/demand_detail.html", context)


@login_not_required
@require_safe
def demand_version(request, slug, version):
    """Show an earlier wording as it was."""
    versions = DemandVersion.objects.published().select_related("demand").prefetch_related("hooks")
    version = get_object_or_404(versions, demand__slug=slug, number=version)
    current = DemandVersion.objects.current().get(demand=version.demand)
    context = {"version": version, "demand": version.demand, "current": current, "today": timezone.localdate()}
    return render(request, "outreach/demand_version.html", context)
