"""The options of every municipality choice: made once in each process and again when the registry has changed."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from municipalities.models import Municipality


@dataclass(frozen=True)
class Options:
    """The options as HTML, grouped by county, and the numbers that are among them."""

    stamp: tuple
    html: SafeString
    numbers: frozenset[str]

    def with_selected(self, number: str) -> SafeString:
        if number not in self.numbers:
            return self.html
        # The number is one of ours, and the HTML was escaped when it was made.
        return mark_safe(self.html.replace(f'value="{number}"', f'value="{number}" selected', 1))  # noqa: S308


_latest: list[Options] = []


def options() -> Options:
    """Return the options of today's municipalities. Costs one small query, which asks whether anything changed."""
    stamp = registry_stamp()
    if not _latest or _latest[0].stamp != stamp:
        _latest[:] = [make_options(stamp)]
    return _latest[0]


def registry_stamp() -> tuple:
    """Return what differs as soon as a municipality or a county is added, changed, ended or begun."""
    marks = Municipality.objects.current().aggregate(Count("pk"), Max("changed_at"), Max("county__changed_at"))
    return (timezone.localdate(), *marks.values())


def make_options(stamp: tuple) -> Options:
    places = list(Municipality.objects.current().select_related("county").order_by("county__sort_key", "sort_key"))
    groups = groupby(places, key=lambda place: place.county)
    html = format_html_join("", '<optgroup label="{}">{}</optgroup>', ((c.name, option_list(p)) for c, p in groups))
    return Options(stamp, html, frozenset(place.number for place in places))


def option_list(places) -> SafeString:
    return format_html_join("", '<option value="{}">{}</option>', ((p.number, p.display_name) for p in places))


def ended_option(number: str) -> SafeString:
    """Return the option of a municipality that is no longer there but was chosen once, or nothing."""
    # What was posted may be anything, and PostgreSQL refuses some of it.
    place = Municipality.objects.filter(pk=number).first() if number.isdigit() else None
    return format_html('<option value="{}" selected>{}</option>', place.number, place.display_name) if place else ""
