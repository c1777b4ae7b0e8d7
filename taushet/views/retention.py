"""What the nightly erasing did, for administrators: numbers by rule, never what was erased."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from taushet.models import AuditEntry
from taushet.registries import retention_rules
from taushet.services.retention import APPLIED

PER_PAGE = 30


@permission_required("taushet.read_audit", raise_exception=True)
@require_safe
def retention_list(request):
    page = Paginator(AuditEntry.objects.filter(action=APPLIED), PER_PAGE).get_page(request.GET.get("page"))
    for entry in page:
        erased = entry.detail.get("erased", {})
        entry.lines = [(what_of(key), count) for key, count in erased.items()]
        entry.total = sum(erased.values())
        entry.failures = [what_of(key) for key in entry.detail.get("failed", [])]
    return render(request, "taushet/retention_list.html", {"page": page, "rules": list(retention_rules)})


def what_of(key):
    """Return what a rule is about, or its key when there is no such rule any more."""
    rule = retention_rules.get(key)
    return rule.what if rule else key
