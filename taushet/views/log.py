"""The log of who did and saw what."""

from django.apps import apps
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import render

from taushet.forms.log import LogFilterForm
from taushet.models import AuditEntry

PER_PAGE = 50


@permission_required("taushet.read_audit", raise_exception=True)
def log_list(request):
    form = LogFilterForm(request.GET)
    page = Paginator(form.narrow(AuditEntry.objects.select_related("actor")), PER_PAGE).get_page(
        request.GET.get("page")
    )
    for entry in page:
        entry.object_name = name_of(entry.object_type)
    return render(request, "taushet/log_list.html", {"form": form, "page": page})


def name_of(label):
    """Return what a kind of object is called, or the label itself when the model is gone."""
    try:
        return apps.get_model(label)._meta.verbose_name
    except (LookupError, ValueError):
        return label
