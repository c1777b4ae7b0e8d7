"""Staff: what is known about one municipality, and putting in more."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from municipalities.exceptions import BadValue
from municipalities.forms.facts import FactForm
from municipalities.forms.registry import MunicipalityFilterForm
from municipalities.models import Fact, Indicator, Municipality
from municipalities.services.facts import forget_fact, known_about, set_fact
from municipalities.services.places import with_courses_held
from municipalities.views.registry import by_county, narrowed


@permission_required("municipalities.view_fact", raise_exception=True)
@require_safe
def staff_municipality_list(request):
    """All of today's municipalities, county by county; there are some 400, so they stand on one page."""
    form = MunicipalityFilterForm(request.GET)
    shown = narrowed(list(with_courses_held()), form)
    context = {"form": form, "counties": by_county(shown), "count": len(shown), "is_narrowed": bool(request.GET)}
    return render(request, "municipalities/staff_municipality_list.html", context)


@permission_required("municipalities.view_fact", raise_exception=True)
@require_safe
def municipality_facts(request, number):
    municipality = get_object_or_404(Municipality.objects.select_related("county"), pk=number)
    history = Fact.objects.filter(municipality=municipality, replaced_at__isnull=False)
    current = Fact.objects.current().filter(municipality=municipality).exclude(entered_by=None)
    people = {fact.indicator_id: fact.entered_by for fact in current.select_related("entered_by")}
    context = {
        "municipality": municipality,
        "indicators": [(indicator, fact, people.get(indicator.pk)) for indicator, fact in known_about(municipality)],
        "history": history.select_related("indicator", "entered_by", "put_in_by").order_by("-replaced_at")[:50],
        "units": municipality.units.order_by("-is_active", "name"),
        "crisis_centres": municipality.crisis_centres.all(),
    }
    if request.user.has_perm("municipalities.view_membership"):
        members = municipality.memberships.filter(ended_at=None, user__is_active=True)
        context["members"] = members.select_related("user", "unit").order_by("confirmed_at", "pk")
    if request.user.has_perm("municipalities.view_contactperson"):
        context["contacts"] = municipality.contact_people.select_related("unit")
    return render(request, "municipalities/municipality_facts.html", context)


@permission_required("municipalities.add_fact", raise_exception=True)
def fact_update(request, number, key):
    municipality = get_object_or_404(Municipality, pk=number)
    indicator = get_object_or_404(Indicator, key=key)
    if indicator.is_counted_by_us:
        raise Http404
    current = Fact.objects.current().filter(municipality=municipality, indicator=indicator).first()
    initial = {"value": current.value, "observed_on": current.observed_on, "source": current.source} if current else {}
    form = FactForm(request.POST or None, indicator=indicator, initial=initial)
    if form.is_valid():
        try:
            store(municipality, indicator, form.cleaned_data, request.user)
        except BadValue as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The fact is stored."))
            return redirect("municipalities:municipality_facts", number)
    context = {"form": form, "municipality": municipality, "indicator": indicator}
    return render(request, "municipalities/fact_form.html", context)


def store(municipality, indicator, data, user):
    if data["value"]:
        set_fact(municipality, indicator, **data, by=user)
    else:
        forget_fact(municipality, indicator, by=user)
