"""Staff: what is measured, and where it is missing or out of date."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from municipalities.exceptions import BadValue
from municipalities.forms.indicators import IndicatorForm, LackForm
from municipalities.knowledge import knowledge
from municipalities.models import Indicator
from municipalities.services.fact_lists import coverage, lacks
from municipalities.services.indicators import change_indicator, make_indicator
from taushet.tables.writing import CONTENT_TYPES, CSV, write_csv

methods = require_http_methods(["GET", "HEAD", "POST"])


def known_indicators():
    """Those that can have a value: what nobody counts yet is left out."""
    counted = [entry.key for entry in knowledge]
    return Indicator.objects.filter(knowledge_key__in=["", *counted])


@permission_required("municipalities.view_indicator", raise_exception=True)
@require_safe
def indicator_list(request):
    """What is measured, each with how many municipalities have it fresh, out of date or not at all."""
    indicators = list(Indicator.objects.all())
    known = set(known_indicators().values_list("pk", flat=True))
    counts = coverage([one for one in indicators if one.pk in known])
    rows = [(indicator, counts.get(indicator.key)) for indicator in indicators]
    return render(request, "municipalities/indicator_list.html", {"rows": rows})


@permission_required("municipalities.add_indicator", raise_exception=True)
@methods
def indicator_create(request):
    form = IndicatorForm(request.POST or None)
    if form.is_valid():
        make_indicator(**form.cleaned_data, by=request.user)
        messages.success(request, _("The indicator is made."))
        return redirect("municipalities:indicator_list")
    context = {"form": form, "title": _("New indicator")}
    return render(request, "municipalities/indicator_form.html", context)


@permission_required("municipalities.change_indicator", raise_exception=True)
@methods
def indicator_update(request, key):
    indicator = get_object_or_404(Indicator, key=key)
    initial = {name: getattr(indicator, name) for name in IndicatorForm.base_fields}
    form = IndicatorForm(request.POST or None, initial=initial)
    if indicator.knowledge_key and not knowledge.get(indicator.knowledge_key):
        form.fields["knowledge_key"].choices += [(indicator.knowledge_key, indicator.knowledge_key)]
    if form.is_valid():
        try:
            change_indicator(indicator, **form.cleaned_data, by=request.user)
        except BadValue as refusal:
            form.add_error("kind", str(refusal))
        else:
            messages.success(request, _("The indicator is changed."))
            return redirect("municipalities:indicator_list")
    context = {"form": form, "title": indicator.name}
    return render(request, "municipalities/indicator_form.html", context)


def asked(request):
    """Return the form and the municipalities it asks for; the first indicator when it asks for none."""
    indicators = known_indicators()
    data = request.GET.copy()
    first = indicators.first()
    if not data.get("indicator") and first:
        data["indicator"] = first.key
    form = LackForm(data, indicators=indicators)
    if not form.is_valid():
        return form, []
    found = form.cleaned_data
    return form, lacks(found["indicator"], state=found["state"], county=found["county"])


@permission_required("municipalities.view_fact", raise_exception=True)
@require_safe
def fact_lack_list(request):
    form, found = asked(request)
    return render(request, "municipalities/fact_lack_list.html", {"form": form, "lacks": found})


@permission_required("municipalities.view_fact", raise_exception=True)
@never_cache
@require_safe
def fact_lack_csv(request):
    _form, found = asked(request)
    heading = [_("Municipality number"), _("Municipality"), _("County"), _("Value"), _("True on"), _("Source")]
    rows = (
        [
            lack.municipality.pk,
            lack.municipality.name,
            lack.municipality.county.name,
            lack.known.shown_value if lack.known else "",
            lack.known.observed_on if lack.known else "",
            lack.known.source if lack.known else "",
        ]
        for lack in found
    )
    response = StreamingHttpResponse(write_csv(heading, rows), content_type=CONTENT_TYPES[CSV])
    response.headers["Content-Disposition"] = f'attachment; filename="mangler-{timezone.localdate()}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
