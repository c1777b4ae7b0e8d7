"""Choosing and typing parties."""

from django import forms
from django.utils.translation import get_language

from municipalities.names import sort_key
from outreach.services.offices.parties import parties_in_office, party_name, short_party
from taushet.fields import CleanCharField


def party_choices() -> list[tuple[str, str]]:
    """Return every party that somebody in office belongs to, by its name in the language of the page."""
    language = get_language() or "nb"
    found = [(party, party_name(party, language)) for party in parties_in_office()]
    return sorted(found, key=lambda choice: sort_key(choice[1]))


class PartyField(CleanCharField):
    """A party or a local list; a registered party is kept under its one short form."""

    def to_python(self, value):
        return short_party(super().to_python(value))


class PartyChoiceField(forms.ChoiceField):
    """One of the parties that are here, however a link spells it."""

    def __init__(self, *, empty_label, **kwargs):
        super().__init__(choices=lambda: [("", empty_label), *party_choices()], **kwargs)

    def to_python(self, value):
        return short_party(super().to_python(value))
