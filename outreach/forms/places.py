"""Choosing many municipalities: whole counties, or single ones by ticking them."""

from itertools import groupby

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality


class MunicipalityCheckboxes(forms.Widget):
    """A box to tick for every municipality, folded by county; a script adds a search and a count."""

    template_name = "outreach/forms/municipality_checkboxes.html"
    use_fieldset = True

    def value_from_datadict(self, data, files, name):
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)

    def value_omitted_from_data(self, data, files, name):
        return False

    def format_value(self, value):
        return {str(getattr(item, "pk", item)) for item in value or ()}

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"] |= {
            "counties": counties_with_places(self.format_value(value)),
            "label": "",  # the field's template asks whether this is one option of many
        }
        return context


def counties_with_places(chosen):
    """Return every county with its municipalities, each with whether it is ticked."""
    places = list(Municipality.objects.current().select_related("county").order_by("county__sort_key", "sort_key"))
    return [
        {
            "county": county,
            "places": [(place.number, place.display_name, place.number in chosen) for place in group],
        }
        for county, group in ((county, list(group)) for county, group in groupby(places, lambda place: place.county))
    ]


class MunicipalitiesField(forms.ModelMultipleChoiceField):
    """Any number of today's municipalities, by number."""

    widget = MunicipalityCheckboxes
    default_error_messages = {
        "required": _("Choose at least one municipality."),
        "invalid_choice": _("There is no municipality with the number %(value)s."),
        "invalid_pk_value": _("There is no municipality with the number %(pk)s."),
    }

    def __init__(self, **kwargs):
        super().__init__(Municipality.objects.current(), **kwargs)

    def clean(self, value):
        return super().clean([number for number in value or () if isinstance(number, str) and "\x00" not in number])
