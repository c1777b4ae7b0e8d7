"""Staff put in facts of many municipalities at once: put in, looked over, saved, and taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from municipalities.exceptions import MunicipalitiesError
from municipalities.forms.fact_imports import FactColumnsForm, FactTableForm
from municipalities.forms.fact_lines import FactLinesForm, address_of
from municipalities.models import FactImport, Municipality
from municipalities.services import fact_imports
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv

PER_PAGE = 50
may_add = permission_required("municipalities.add_fact", raise_exception=True)


@may_add
@require_http_methods(["GET", "HEAD", "POST"])
def fact_import(request):
    form = FactTableForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        common = {"observed_on": data["observed_on"], "source": data["source"]}
        return redirect(fact_imports.start_facts(data["table"], **common, by=request.user))
    return render(request, "municipalities/fact_import.html", {"form": form})


@may_add
@require_safe
def fact_import_list(request):
    imports = FactImport.objects.select_related("created_by").defer("content", "written", "chosen")
    page = Paginator(imports, PER_PAGE).get_page(request.GET.get("page"))
    for imported in page:
        imported.summary = summary_of(imported.counts)
    return render(request, "municipalities/fact_import_list.html", {"page": page})


@may_add
@require_safe
def fact_import_example(request):
    """A table to be filled in: a line for each municipality, a column for each fact that is put in by hand."""
    indicators = fact_imports.entered_indicators()
    # Words that are read again whatever language the page has.
    heading = ["Kommunenr", "", *(one.name_nb for one in indicators), "Dato", "Kilde"]
    places = Municipality.objects.current().order_by("pk").values_list("pk", "name")
    rows = ([number, name, *[""] * (len(indicators) + 2)] for number, name in places)
    response = StreamingHttpResponse(write_csv(heading, rows), content_type=CONTENT_TYPES[CSV])
    response.headers["Content-Disposition"] = 'attachment; filename="opplysninger.csv"'
    return response


@may_add
@require_safe
def fact_import_detail(request, pk):
    imported = get_object_or_404(FactImport.objects.select_related("created_by"), pk=pk)
    return show(request, imported)


def show(request, imported, form=None):
    """The page of a table: what it would change, or what it has changed."""
    if not imported.is_waiting:
        newer = fact_imports.newer_than(imported) if imported.can_be_undone else ""
        context = {"imported": imported, "summary": summary_of(imported.counts), "newer": newer}
        return render(request, "municipalities/fact_import_done.html", context)
    plan = fact_imports.plan_of(imported)
    context = {
        "imported": imported,
        "form": form or FactColumnsForm(imported=imported),
        "lacking": fact_imports.lacking(imported.choices["parts"]),
        "plan": plan,
        "lines": FactLinesForm(request.GET, plan=plan, chosen=set(imported.chosen)),
        "summary": summary_of(plan.counts),
    }
    return render(request, "municipalities/fact_import_preview.html", context)


def summary_of(counts):
    """Say what a table changes, in one sentence."""
    return _("%(new)d new and %(changed)d changed values.") % ({"new": 0, "changed": 0} | counts)


@may_add
@require_POST
def fact_import_check(request, pk):
    """Remember what the columns are and which doubtful values are used, and show what the table becomes."""
    imported = get_object_or_404(FactImport, pk=pk)
    form = FactColumnsForm(request.POST, imported=imported) if imported.is_waiting else None
    if form and not form.is_valid():
        return show(request, imported, form)
    try:
        if form:
            fact_imports.choose(imported, **chosen_on(request, form))
    except MunicipalitiesError as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{imported.get_absolute_url()}?{address_of(request.POST)}#lines")


def chosen_on(request, form):
    """What a page says of columns and doubtful values."""
    ticked = {"shown": request.POST.getlist("line"), "used": request.POST.getlist("use")}
    return {"choices": form.cleaned_data["choices"], **ticked}


@may_add
@require_POST
def fact_import_save(request, pk):
    imported = get_object_or_404(FactImport, pk=pk)
    form = FactColumnsForm(request.POST, imported=imported) if imported.is_waiting else None
    if form and not form.is_valid():
        return show(request, imported, form)
    try:
        if form and fact_imports.choose(imported, **chosen_on(request, form)):
            messages.info(request, _("What you chose is kept. Look over what it changes, and save."))
            return redirect(imported)
        fact_imports.write_facts(imported, seen=request.POST.get("seen", ""), by=request.user)
    except MunicipalitiesError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The facts are saved."))
    return redirect(imported)


@may_add
@require_POST
def fact_import_discard(request, pk):
    imported = get_object_or_404(FactImport, pk=pk)
    try:
        fact_imports.discard_facts(imported, by=request.user)
    except MunicipalitiesError as refusal:
        messages.error(request, str(refusal))
        return redirect(imported)
    messages.success(request, _("The table is thrown away."))
    return redirect("municipalities:fact_import_list")


@may_add
@require_POST
def fact_import_undo(request, pk):
    imported = get_object_or_404(FactImport, pk=pk)
    try:
        fact_imports.undo_facts(imported, by=request.user)
    except MunicipalitiesError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The table is taken back. What was known before it stands again."))
    return redirect(imported)
