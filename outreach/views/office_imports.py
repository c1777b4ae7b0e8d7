"""Staff put in who holds office from files: nothing is written before it has been looked over."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from outreach.exceptions import ManyLeave, OutreachError
from outreach.forms.office_imports import (
    ColumnsForm,
    CouncilListForm,
    DecisionsForm,
    ListForm,
    StortingFilesForm,
    WriteForm,
)
from outreach.models import OfficeImport
from outreach.services.offices import large_lists, office_imports
from outreach.services.offices.council_plan import ANOTHER
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv

PER_PAGE = 50
# What a list of each kind can look like; the first row is the heading.
EXAMPLES = {
    "kommunestyrer": (
        ("Kommune", "Navn", "Parti", "Verv", "Utvalg", "E-post"),
        ("4631", "Kari Nordmann", "Ap", "Ordfører", "", "ordforer@kommune.example"),
        ("4631", "Ola Nordmann", "H", "Gruppeleder", "", "ola.nordmann@kommune.example"),
        ("4631", "Per Hansen", "SV", "Representant", "Utvalg for oppvekst", ""),
        ("4631", "Eva Vik", "Ap", "Vara", "", ""),
    ),
    "postmottak": (
        ("Kommune", "E-post", "Kilde"),
        ("4631", "postmottak@kommune.example", "https://www.kommune.example/kontakt"),
    ),
}
TABS = {
    "doubtful": gettext_lazy("Doubtful"),
    "faulty": gettext_lazy("With faults"),
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "ended": gettext_lazy("Ended"),
    "checked": gettext_lazy("Address seen again"),
    "same": gettext_lazy("As before"),
}
may_change = permission_required("outreach.change_mandate", raise_exception=True)


@may_change
@require_safe
def office_import_list(request):
    imports = OfficeImport.objects.select_related("created_by").defer("content", "decisions", "written", "plans")
    page = Paginator(imports, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "outreach/office_import_list.html", {"page": page})


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def office_import_councils(request):
    form = CouncilListForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        imported = office_imports.start_councils(data.pop("file"), **data, by=request.user)
        return redirect(imported)
    context = {"form": form, "title": _("Put in a list of councillors")}
    return render(request, "outreach/office_import_form.html", context)


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def office_import_mailboxes(request):
    form = ListForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        data = form.cleaned_data
        return redirect(office_imports.start_mailboxes(data.pop("file"), **data, by=request.user))
    context = {"form": form, "title": _("Put in central mail-boxes"), "is_mailboxes": True}
    return render(request, "outreach/office_import_form.html", context)


@may_change
@require_safe
def office_import_example(request, kind):
    """A list of the kind to be filled in: its headings, and lines that show how."""
    if kind not in EXAMPLES:
        raise Http404
    heading, *rows = EXAMPLES[kind]
    response = StreamingHttpResponse(write_csv(heading, rows), content_type=CONTENT_TYPES[CSV])
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response


@may_change
@require_http_methods(["GET", "HEAD", "POST"])
def office_import_storting(request):
    form = StortingFilesForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            seats = form.cleaned_data["seats"]
            return redirect(office_imports.start_storting(form.contents, seats=seats, by=request.user))
        except OutreachError as refusal:
            for sentence in str(refusal).splitlines():
                form.add_error(None, sentence)
            form.add_error(None, _("Choose all three files again."))
    context = {"form": form, "title": _("Put in the Storting and the government"), "is_storting": True}
    return render(request, "outreach/office_import_form.html", context)


@may_change
@never_cache
@require_safe
def office_import_detail(request, pk):
    imports = OfficeImport.objects.select_related("created_by")
    if request.htmx:
        return progress(request, get_object_or_404(imports.defer("content", "written", "plans"), pk=pk))
    return show(request, get_object_or_404(imports, pk=pk))


def progress(request, imported):
    """Say how far the writing has come; when it is done the page is shown anew."""
    response = render(request, "outreach/office_import_done.html#progress", {"imported": imported})
    if not imported.is_being_written:
        response["HX-Refresh"] = "true"
    return response


def show(request, imported, columns=None):
    """The page of an import: what it would change, or what it has changed."""
    if not imported.is_waiting or imported.is_being_written:
        context = {"imported": imported, "summary": summary_of(imported.counts)}
        return render(request, "outreach/office_import_done.html", context)
    try:
        plan = office_imports.plan_shown(imported)
    except OutreachError as refusal:
        return render(request, "outreach/office_import_done.html", {"imported": imported, "refusal": str(refusal)})
    asked = request.GET.get("show")
    state = asked if asked in TABS else next((state for state in TABS if plan.of(state)), "same")
    page = Paginator(plan.of(state), PER_PAGE).get_page(request.GET.get("page"))
    if columns is None and imported.kind != OfficeImport.Kind.STORTING:
        columns = ColumnsForm(imported=imported)
    context = {
        "imported": imported,
        "plan": plan,
        "summary": summary_of(plan.counts),
        "tabs": [(key, label, plan.counts[key]) for key, label in TABS.items()],
        "state": state,
        "page": page,
        "columns": columns,
        "write_form": WriteForm(plan=plan, was_refused="ubekreftet" in request.GET),
        "ends_many": office_imports.ends_many(plan),
        "decisions": DecisionsForm(steps=with_offices(page)) if state == "doubtful" else None,
    }
    return render(request, "outreach/office_import_preview.html", context)


def summary_of(counts):
    """Say what a list changes, in a sentence or two."""
    told = {"new": 0, "changed": 0, "ended": 0} | counts
    sentence = _("%(new)d new, %(changed)d changed, %(ended)d ended.") % told
    if seen := counts.get("checked"):
        sentence += " " + _("Addresses seen again: %(number)d.") % {"number": seen}
    return sentence


def with_offices(page):
    """Fetch what tells namesakes apart."""
    prefetch_related_objects([one for step in page for one in step.candidates], "mandates__body")
    return list(page)


@may_change
@require_POST
def office_import_columns(request, pk):
    imported = get_object_or_404(OfficeImport.objects.exclude(kind=OfficeImport.Kind.STORTING), pk=pk)
    if imported.is_waiting:
        form = ColumnsForm(request.POST, imported=imported)
        if not form.is_valid():
            return show(request, imported, columns=form)
        return done(request, imported, office_imports.choose_columns, form.cleaned_data["choices"])
    return redirect(imported)


@may_change
@require_POST
def office_import_decide(request, pk):
    """Remember the choices of one page of doubtful lines, or of all that are left."""
    imported = get_object_or_404(OfficeImport, pk=pk)
    if not imported.is_waiting:
        return redirect(imported)
    try:
        steps = office_imports.plan_shown(imported).of("doubtful")
    except OutreachError:  # its page says why
        return redirect(imported)
    if "all" in request.POST:
        decisions = {str(step.line): ANOTHER for step in steps if not step.decision}
    else:
        form = DecisionsForm(request.POST, steps=[step for step in steps if f"line{step.line}" in request.POST])
        decisions = form.decisions if form.is_valid() else {}
    return done(request, imported, office_imports.decide, decisions)


def done(request, imported, service, values):
    try:
        service(imported, values)
    except OutreachError as refusal:
        messages.error(request, str(refusal))
    return redirect(imported)


@may_change
@require_POST
def office_import_write(request, pk):
    imported = get_object_or_404(OfficeImport, pk=pk)
    form = WriteForm(request.POST)
    form.is_valid()
    data = form.cleaned_data
    wanted = {"seen": data["seen"], "by": request.user, "may_end_many": data["ends_many"]}
    try:
        if large_lists.is_large(imported):
            large_lists.order_writing(imported, **wanted)
            return redirect(imported)
        office_imports.write_import(imported, **wanted)
    except ManyLeave:
        return redirect(f"{imported.get_absolute_url()}?show=ended&ubekreftet")
    except OutreachError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The list is written."))
    return redirect(imported)


@may_change
@require_POST
def office_import_discard(request, pk):
    imported = get_object_or_404(OfficeImport, pk=pk)
    try:
        office_imports.discard_import(imported, by=request.user)
    except OutreachError as refusal:
        messages.error(request, str(refusal))
        return redirect(imported)
    messages.success(request, _("The list is thrown away."))
    return redirect("outreach:office_import_list")


@may_change
@require_POST
def office_import_undo(request, pk):
    imported = get_object_or_404(OfficeImport, pk=pk)
    try:
        office_imports.undo_import(imported, by=request.user)
    except OutreachError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The list is taken back."))
    return redirect(imported)
