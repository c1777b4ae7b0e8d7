"""The municipality choice, the same in every form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from municipalities.models import Municipality
from municipalities.services import choices
from taushet.ready_query import ReadyQuery

CHOOSE = _("Choose a municipality")
TYPED = "_typed"  # what the box of the script sends beside the select when nothing was chosen
LONGEST_TYPED = 80
BY_NUMBER = ReadyQuery(lambda number: Municipality.objects.select_related("county").filter(number=number), "-")


def is_name(value: str) -> bool:
    """Whether this may be the name of a place that somebody typed, and not a number."""
    return len(value) <= LONGEST_TYPED and value.isprintable() and any(sign.isalpha() for sign in value)


class MunicipalitySelect(forms.Widget):
    """A select grouped by county, which a script turns into a box one can type in."""

    template_name = "municipalities/forms/municipality_select.html"
    # The field's template asks what kind of control it lays out.
    input_type = "select"

    def __init__(self, attrs=None, empty_label=""):
        super().__init__(attrs)
        self.empty_label = empty_label

    def value_from_datadict(self, data, files, name):
        """Return the number chosen, or else what was typed into the box without choosing."""
        return data.get(name) or data.get(f"{name}{TYPED}", "").strip()[:LONGEST_TYPED] or data.get(name)

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        number = context["widget"]["value"] or ""
        options = choices.options()
        context["widget"] |= {
            "empty_label": self.empty_label,
            "options": options.with_selected(number),
            "typed": number if is_name(number) else "",
            "ended_option": "" if not number or number in options.numbers else choices.ended_option(number),
        }
        return context


class MunicipalityChoiceField(forms.ModelChoiceField):
    """One of today's municipalities, chosen by number. Costs one query to show and one to check."""

    widget = MunicipalitySelect
    default_error_messages = {
        "required": _("Choose a municipality."),
        "invalid_choice": _("There is no municipality with this number. Choose one from the list."),
        "not_found": _("We find no municipality called “%(name)s”. Choose one from the list."),
        "ended": _("%(name)s is no longer a municipality of its own. Choose the one it belongs to now."),
    }

    def __init__(self, *, empty_label=CHOOSE, **kwargs):
        kwargs.setdefault("queryset", Municipality.objects.select_related("county"))
        kwargs.setdefault("label", _("Municipality"))
        super().__init__(empty_label=empty_label, **kwargs)
        self.widget.empty_label = empty_label

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            municipality = self.find(value.number if isinstance(value, Municipality) else str(value))
        except forms.ValidationError as error:
            if not isinstance(value, str) or not is_name(value):
                raise
            message = self.error_messages["not_found"]
            raise forms.ValidationError(message, code="not_found", params={"name": value}) from error
        if municipality is not None and municipality.has_ended:
            message = self.error_messages["ended"]
            raise forms.ValidationError(message, code="ended", params={"name": municipality.name})
        return municipality

    def find(self, number):
        """Return the municipality of a number. Raises ValidationError when there is none."""
        # PostgreSQL cannot be asked for a null character.
        municipality = None if "\0" in number else BY_NUMBER.first(number)
        if municipality is None:
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice", params={"value": number}
            )
        return municipality
