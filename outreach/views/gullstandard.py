"""The Gullstandard of a municipality: what anybody reads, and the page where staff fill it in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from municipalities.exceptions import MunicipalitiesError
from municipalities.models import Municipality
from outreach.forms.gullstandard import ChecklistForm
from outreach.services.demands.gullstandard import checklist, fill_in, read_gullstandard


@login_not_required
@require_safe
def checklist_detail(request, number):
    municipality = get_object_or_404(Municipality, pk=number)
    context = {
        "municipality": municipality,
        "headings": checklist(municipality),
        "standard": read_gullstandard(),
    }
    return render(request, "outreach/checklist_detail.html", context)


@permission_required("municipalities.add_fact", raise_exception=True)
def checklist_update(request, number):
    """Answer the whole checklist on one page, with one day and one source for what is changed."""
    municipality = get_object_or_404(Municipality, pk=number)
    form = ChecklistForm(request.POST or None, headings=checklist(municipality))
    if form.is_valid():
        try:
            changed = fill_in(municipality, form.answers, by=request.user, **form.ground)
        except MunicipalitiesError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                ngettext("%(number)d answer is saved.", "%(number)d answers are saved.", changed) % {"number": changed}
                if changed
                else _("Nothing differed from what we knew."),
            )
            return redirect("outreach:checklist_update", number)
    context = {"form": form, "municipality": municipality, "standard": read_gullstandard()}
    return render(request, "outreach/checklist_form.html", context)
