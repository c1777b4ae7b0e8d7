"""The log of who did and saw what."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import render

from taushet.forms.log import LogFilterForm, kinds_of_objects
from taushet.models import AuditEntry

PER_PAGE = 50


@permission_required("taushet.read_audit", raise_exception=True)
def log_list(request):
    form = LogFilterForm(request.GET)
    page = Paginator(form.narrow(AuditEntry.objects.select_related("actor")), PER_PAGE).get_page(
        request.GET.get("page")
    )
    kinds = kinds_of_objects()
    for entry in page:
        entry.object_name = kinds.get(entry.object_type, entry.object_type)
    return render(request, "taushet/log_list.html", {"form": form, "page": page})
