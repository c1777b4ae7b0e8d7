"""One politician: the offices held, and the letters to them."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from outreach.models import Letter, Politician


@permission_required("outreach.view_politician", raise_exception=True)
@require_safe
def politician_detail(request, pk):
    politician = get_object_or_404(Politician, pk=pk)
    context = {
        "politician": politician,
        "mandates": politician.mandates.select_related("body").order_by("ends_on", "-starts_on", "role", "pk"),
        "letters": Letter.objects.filter(mandate__politician=politician)
        .exclude(status=Letter.Status.CANCELLED)
        .select_related("mailing", "municipality")
        .order_by("-pk"),
    }
    return render(request, "outreach/politician_detail.html", context)
