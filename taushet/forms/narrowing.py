"""Forms that narrow a list."""

from typing import Any

from django import forms


class NarrowingForm(forms.Form):
    """Narrows a list by what was asked. What is wrong narrows nothing, and nobody is told off for it."""

    @property
    def asked(self) -> dict[str, Any]:
        """What was asked for and can be answered; of a form with errors what the other fields say."""
        self.is_valid()  # cleans, once
        return {name: value for name, value in self.cleaned_data.items() if value}
