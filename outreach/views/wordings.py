"""The wordings staff look after: written as drafts, confirmed side by side, published; and how a demand ends."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.approvals import SeenForm
from outreach.forms.wordings import ConfirmForm, DemandForm, StatusForm, WordingForm
from outreach.models import Demand, DemandVersion
from outreach.services.demands.demand_status import change_status
from outreach.services.demands.pairs import confirm_pair, pairs_of
from outreach.services.demands.wordings import VALUES
from outreach.services.replies.publishing import (
    discard_draft,
    draft_of,
    faults_before_publishing,
    newest,
    publish_draft,
    save_draft,
    seen_of,
)
from taushet.services import audit
from taushet.views.acting import attempt

may_change = permission_required("outreach.change_demand", raise_exception=True)


@permission_required("outreach.view_demand", raise_exception=True)
@require_safe
def wording_list(request):
    versions = DemandVersion.objects.order_by("-number").prefetch_related("hooks")
    demands = Demand.objects.prefetch_related(Prefetch("versions", versions))
    rows, today = [], timezone.localdate()
    for demand in demands:
        versions = demand.versions.all()
        published = next((version for version in versions if version.published_at), None)
        draft = next((version for version in versions if not version.published_at), None)
        version = published or draft
        lapsed = [hook for hook in version.hooks.all() if not hook.is_valid_on(today)] if version else []
        rows.append({"demand": demand, "published": published, "draft": draft, "version": version, "lapsed": lapsed})
    return render(request, "outreach/wording_list.html", {"rows": rows})


@may_change
def demand_create(request):
    """Start a demand; its wording is written next."""
    last = Demand.objects.order_by("-number").first()
    form = DemandForm(request.POST or None, initial={"number": last.number + 1 if last else 1})
    if form.is_valid():
        demand = form.save()
        audit.record("demand.created", demand, by=request.user, number=demand.number)
        return redirect("outreach:wording_update", demand.slug)
    return render(request, "outreach/demand_form.html", {"form": form})


@may_change
def wording_update(request, slug):
    """Write the next wording as a draft; the ones that letters have used stay as they are."""
    demand = get_object_or_404(Demand, slug=slug)
    version = newest(demand)
    form = WordingForm(request.POST or None, version=version)
    if form.is_valid():
        try:
            save_draft(demand, by=request.user, **form.wording)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The draft is saved. Read both forms side by side, and confirm what changed."))
            return redirect("outreach:wording_draft", slug)
    context = {
        "form": form,
        "demand": demand,
        "version": version,
        "values": VALUES.items(),
        "notes": form.known_notes,
    }
    return render(request, "outreach/wording_form.html", context)


@permission_required("outreach.view_demand", raise_exception=True)
@require_safe
def wording_draft(request, slug):
    """Show the draft with its forms side by side, and what differs from what was last confirmed."""
    demand = get_object_or_404(Demand, slug=slug)
    draft = draft_of(demand)
    if draft is None:
        return redirect("outreach:wording_list")
    context = {
        "demand": demand,
        "draft": draft,
        "pairs": pairs_of(draft),
        "faults": faults_before_publishing(draft),
        "seen": seen_of(draft),
    }
    return render(request, "outreach/wording_draft.html", context)


@may_change
@require_POST
def wording_confirm(request, slug):
    draft = get_object_or_404(DemandVersion.objects.filter(published_at=None), demand__slug=slug)
    form = ConfirmForm(request.POST)
    if form.is_valid():
        block, seen = form.cleaned_data["block"], form.cleaned_data["seen_hash"]
        attempt(
            request,
            lambda: confirm_pair(draft, block, by=request.user, seen=seen),
            _("Confirmed: the forms say the same."),
        )
    return redirect("outreach:wording_draft", slug)


@may_change
@require_POST
def wording_publish(request, slug):
    draft = get_object_or_404(DemandVersion.objects.filter(published_at=None), demand__slug=slug)
    form = SeenForm(request.POST)
    if form.is_valid():
        seen = form.cleaned_data["seen_hash"]
        done = _("The new wording is published. Mailings from now on use it.")
        if attempt(request, lambda: publish_draft(draft, by=request.user, seen=seen), done):
            return redirect("outreach:wording_list")
    return redirect("outreach:wording_draft", slug)


@may_change
def wording_discard(request, slug):
    draft = get_object_or_404(
        DemandVersion.objects.filter(published_at=None).select_related("demand"), demand__slug=slug
    )
    if request.method == "POST":
        attempt(request, lambda: discard_draft(draft, by=request.user), _("The draft is thrown away."))
        return redirect("outreach:wording_list")
    context = {
        "title": _("Throw the draft away?"),
        "text": _("What is written in it is lost. The published wording stays as it is."),
        "button": _("Throw the draft away"),
        "color": "danger",
        "back": reverse("outreach:wording_draft", args=[slug]),
    }
    return render(request, "confirm.html", context)


@may_change
def demand_status(request, slug):
    """Say that a demand is met or withdrawn, or stands after all."""
    demand = get_object_or_404(Demand, slug=slug)
    form = StatusForm.of(demand, request.POST or None)
    if form.is_valid():
        try:
            change_status(demand, by=request.user, **form.cleaned_data)
        except OutreachError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The status is saved, and stands on the public page."))
            return redirect("outreach:wording_list")
    return render(request, "outreach/demand_status_form.html", {"form": form, "demand": demand})
