"""Consultations: the list with filters, one of them, put in by hand or brought in from the Storting."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core import signing
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from outreach.exceptions import OutreachError
from outreach.forms.consultations import ConsultationForm, ExportForm, FilterForm, ReadForm
from outreach.models import Consultation
from outreach.services.consultations.consultations import import_hearings, save_consultation
from outreach.services.consultations.hearings_export import MAX_BYTES, Hearing, read_hearings
from taushet.searches import holds

SALT = "outreach.hearings"
TIMES = ("speak_by", "answer_by", "starts_at")
may_see = permission_required("outreach.view_consultation", raise_exception=True)
may_change = permission_required("outreach.change_consultation", raise_exception=True)


@may_see
@require_safe
def consultation_list(request):
    is_narrowed = any(name in request.GET for name in FilterForm.base_fields)
    form = FilterForm(request.GET if is_narrowed else None)
    rows = Consultation.objects.by_deadline()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        if data["q"]:
            rows = rows.filter(holds(data["q"], "title", "reference", "held_by"))
        for name in ("origin", "state", "plan"):
            if data[name]:
                rows = rows.filter(**{name: data[name]})
    elif not form.is_bound:
        rows = rows.open()
    page = Paginator(rows.prefetch_related("submissions"), 50).get_page(request.GET.get("page"))
    return render(request, "outreach/consultation_list.html", {"page": page, "form": form})


@may_see
@require_safe
def consultation_detail(request, pk):
    consultation = get_object_or_404(Consultation, pk=pk)
    context = {"consultation": consultation, "submissions": consultation.submissions.select_related("author")}
    return render(request, "outreach/consultation_detail.html", context)


@may_change
def consultation_create(request):
    form = ConsultationForm(request.POST or None)
    if form.is_valid():
        consultation = save_consultation(None, form.values, by=request.user)
        messages.success(request, _("The consultation is put in, and its deadline stands in the calendar."))
        return redirect(consultation)
    return render(request, "outreach/consultation_form.html", {"form": form})


@may_change
def consultation_update(request, pk):
    consultation = get_object_or_404(Consultation, pk=pk)
    form = ConsultationForm(request.POST or None, consultation=consultation)
    if form.is_valid():
        save_consultation(consultation, form.values, by=request.user)
        messages.success(request, _("The consultation is saved."))
        return redirect(consultation)
    return render(request, "outreach/consultation_form.html", {"form": form, "consultation": consultation})


@may_change
def consultation_import(request):
    """Read the export and show what it would change; nothing is written."""
    form = ExportForm(request.POST or None, request.FILES or None)
    context = {"form": form}
    if form.is_valid():
        try:
            hearings = read_hearings(form.cleaned_data["file"].read(MAX_BYTES + 1))
        except OutreachError as error:
            form.add_error("file", str(error))
        else:
            context["changes"] = import_hearings(hearings, write=False)
            context["read"] = signing.dumps([packed(hearing) for hearing in hearings], salt=SALT, compress=True)
    return render(request, "outreach/consultation_import.html", context)


@may_change
@require_POST
def consultation_import_write(request):
    """Bring in exactly what was shown."""
    form = ReadForm(request.POST)
    if form.is_valid():
        try:
            rows = signing.loads(form.cleaned_data["read"], salt=SALT, max_age=3600)
        except signing.BadSignature:
            messages.error(request, _("Read the file again: what was shown is too old."))
            return redirect("outreach:consultation_import")
        changes = import_hearings([unpacked(row) for row in rows], by=request.user)
        words = {"new": len(changes.new), "changed": len(changes.changed), "same": changes.same}
        messages.success(request, _("New: %(new)d. Changed: %(changed)d. As before: %(same)d.") % words)
    return redirect("outreach:consultation_list")


def packed(hearing):
    values = {name: getattr(hearing, name) for name in Hearing.__dataclass_fields__}
    return values | {name: values[name] and values[name].isoformat() for name in TIMES}


def unpacked(row):
    return Hearing(**row | {name: row[name] and datetime.fromisoformat(row[name]) for name in TIMES})
