"""Those who hold office: the long list, and one politician with offices and letters."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from outreach.forms.politicians import PoliticianFilterForm
from outreach.models import Letter, Mandate, Politician
from outreach.services.privacy.objections import held_for_it, standing_objection, tell_silent
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv

PER_PAGE = 50


def holders():
    """Everybody in office by name, each office a row; last the mail-boxes of bodies that are no municipality's."""
    held = Mandate.objects.in_office().exclude(politician=None, body__municipality__isnull=False)
    held = held.select_related("politician", "body__municipality__county", "body__county")
    return held.order_by(
        F("politician__last_name").asc(nulls_last=True), "politician__first_name", "politician_id", "pk"
    )


@permission_required("outreach.view_politician", raise_exception=True)
@require_safe
def politician_list(request):
    form = PoliticianFilterForm(request.GET)
    page = Paginator(form.narrow(holders()), PER_PAGE).get_page(request.GET.get("page"))
    template = "outreach/politician_list.html#politicians" if request.htmx else "outreach/politician_list.html"
    return render(request, template, {"form": form, "page": page})


@permission_required("outreach.view_politician", raise_exception=True)
@never_cache
@require_safe
def politician_csv(request):
    """Give those of the list as it is narrowed, all pages of it."""
    heading = [
        _("Last name"),
        _("First name"),
        _("Office"),
        _("Body"),
        _("Municipality number"),
        _("Municipality"),
        _("County"),
        _("Party"),
        _("In office from"),
        _("Public office e-mail"),
        _("Source"),
        _("Checked on"),
    ]
    rows = (row_of(mandate) for mandate in PoliticianFilterForm(request.GET).narrow(holders()).iterator(1000))
    response = StreamingHttpResponse(write_csv(heading, rows), content_type=CONTENT_TYPES[CSV])
    response.headers["Content-Disposition"] = f'attachment; filename="verv-{timezone.localdate()}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def row_of(mandate):
    politician, body = mandate.politician, mandate.body
    county = body.municipality.county if body.municipality else body.county
    return [
        politician.last_name if politician else "",
        politician.first_name if politician else "",
        mandate.office,
        body.name,
        body.municipality_id or "",
        body.municipality.name if body.municipality else "",
        county.name if county else "",
        mandate.party,
        mandate.starts_on,
        mandate.email,
        mandate.email_source,
        mandate.email_checked_on,
    ]


@permission_required("outreach.view_politician", raise_exception=True)
@require_safe
def politician_detail(request, pk):
    politician = get_object_or_404(Politician, pk=pk)
    mandates = politician.mandates.select_related("body").prefetch_related("leaves__substitute__politician")
    shown = list(mandates.order_by("ends_on", "-starts_on", "role", "pk"))
    tell_silent(shown)
    context = {
        "politician": politician,
        "mandates": shown,
        "objection": standing_objection(politician),
        "taken_back": politician.objections.exclude(withdrawn_at=None).select_related("withdrawn_by").order_by("-pk"),
        "held": held_for_it(politician),
        "today": timezone.localdate(),
        "letters": Letter.objects.filter(mandate__politician=politician)
        .exclude(status=Letter.Status.CANCELLED)
        .select_related("mailing", "municipality")
        .order_by("-pk"),
    }
    return render(request, "outreach/politician_detail.html", context)
