"""The public pages: the list with its map, and one municipality."""

from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from municipalities.forms.registry import MunicipalityFilterForm
from municipalities.models import Municipality
from municipalities.services.facts import known_about
from municipalities.services.map import tile_map
from municipalities.services.places import COURSES_HELD, matching, with_courses_held

KNOWN = f"known_{COURSES_HELD}"


@login_not_required
@require_safe
def municipality_list(request):
    form = MunicipalityFilterForm(request.GET)
    places = list(with_courses_held())
    shown = narrowed(places, form)
    context = {
        "form": form,
        "counties": by_county(shown),
        "count": len(shown),
        "map": tile_map(places, {place.number for place in shown}, KNOWN),
        "is_counted": any(hasattr(place, KNOWN) for place in places[:1]),
        "is_narrowed": len(shown) < len(places),
    }
    template = "municipalities/municipality_list.html"
    return render(request, f"{template}#found" if request.htmx else template, context)


def narrowed(places, form):
    """Return the municipalities that were asked for; a faulty question narrows nothing."""
    if not form.is_valid():
        return places
    county, text = form.cleaned_data["fylke"], form.cleaned_data["q"]
    if county:
        places = [place for place in places if place.county_id == county.pk]
    return matching(places, text) if text else places


def by_county(places):
    """Return the counties in order, each with its municipalities and the courses held there, None when not counted."""
    return [
        {
            "county": county,
            "rows": (rows := [(place, getattr(place, KNOWN, None)) for place in group]),
            "held": sum(held or 0 for _place, held in rows),
        }
        for county, group in groupby(places, key=lambda place: place.county)
    ]


@login_not_required
@require_safe
def municipality_detail(request, number):
    municipality = get_object_or_404(Municipality.objects.select_related("county"), pk=number)
    if municipality.has_ended:
        return municipality_ended(request, municipality)
    context = {
        "municipality": municipality,
        "indicators": known_about(municipality),
        "crisis_centres": municipality.crisis_centres.all(),
        "predecessors": municipality.preceded_by.select_related("predecessor"),
    }
    return render(request, "municipalities/municipality_detail.html", context)


def municipality_ended(request, municipality):
    """Gone, but not without a trace: say since when and what continues it."""
    context = {
        "municipality": municipality,
        "successions": municipality.succeeded_by.select_related("successor__county"),
    }
    return render(request, "municipalities/municipality_ended.html", context, status=410)
