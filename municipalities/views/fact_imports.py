"""Staff put in facts of many municipalities at once: put in, looked over, saved."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from municipalities.exceptions import MunicipalitiesError
from municipalities.forms.fact_imports import FactColumnsForm, FactTableForm, ListLost
from municipalities.forms.fact_lines import FactLinesForm
from municipalities.models import Indicator, Municipality
from municipalities.services.fact_imports import FactsChanged, write_facts
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv

may_add = permission_required("municipalities.add_fact", raise_exception=True)


@may_add
@require_http_methods(["GET", "HEAD", "POST"])
def fact_import(request):
    form = FactTableForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        columns = FactColumnsForm(table=data["table"], observed_on=data["observed_on"], source=data["source"])
        if not columns.is_too_large:
            return preview(request, columns)
        form.add_error(None, _("The table is too large. Divide it, and put in one part at a time."))
    return render(request, "municipalities/fact_import.html", {"form": form})


@may_add
@require_safe
def fact_import_example(request):
    """A table to be filled in: a line for each municipality, a column for each fact that is put in by hand."""
    indicators = [one for one in Indicator.objects.all() if not one.is_counted_by_us]
    # Words that are read again whatever language the page has.
    heading = ["Kommunenr", "", *(one.name_nb for one in indicators), "Dato", "Kilde"]
    places = Municipality.objects.current().order_by("pk").values_list("pk", "name")
    rows = ([number, name, *[""] * (len(indicators) + 2)] for number, name in places)
    response = StreamingHttpResponse(write_csv(heading, rows), content_type=CONTENT_TYPES[CSV])
    response.headers["Content-Disposition"] = 'attachment; filename="opplysninger.csv"'
    return response


@may_add
@require_POST
def fact_import_check(request):
    """Show what the table becomes with other columns, or with doubtful values chosen."""
    try:
        form = FactColumnsForm(request.POST)
    except ListLost as refusal:
        return start_again(request, refusal)
    form.is_valid()
    return preview(request, form)


@may_add
@require_POST
def fact_import_save(request):
    try:
        form = FactColumnsForm(request.POST)
    except ListLost as refusal:
        return start_again(request, refusal)
    if not form.is_valid():
        return preview(request, form)
    try:
        plan = write_facts(form.cells, chosen=form.chosen, seen=request.POST.get("seen", ""), by=request.user)
    except FactsChanged as refusal:
        form.add_error(None, str(refusal))
        return preview(request, form)
    except MunicipalitiesError as refusal:
        return start_again(request, refusal)
    messages.success(request, summary_of(plan))
    return redirect("municipalities:indicator_list")


def preview(request, form):
    data = request.POST if form.is_bound else {}
    context = {
        "form": form,
        "plan": form.plan,
        "lines": FactLinesForm(data, plan=form.plan, chosen=form.chosen),
        "summary": summary_of(form.plan),
    }
    return render(request, "municipalities/fact_import_preview.html", context)


def summary_of(plan):
    """Say what a table changes, in one sentence."""
    return _("%(new)d new and %(changed)d changed values.") % plan.counts


def start_again(request, refusal):
    messages.error(request, str(refusal))
    return redirect("municipalities:fact_import")
