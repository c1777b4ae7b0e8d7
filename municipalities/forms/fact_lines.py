"""Which lines of a table that is looked over stand on the page: one part of it at a time, narrowed by words."""

from functools import cached_property
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext_lazy

from municipalities.services.fact_plan import FactPlan, FactStep

PER_PAGE = 50
PARTS = {
    "doubtful": gettext_lazy("Doubtful"),
    "faulty": gettext_lazy("With faults"),
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "same": gettext_lazy("As before"),
}


class FactLinesForm(forms.Form):
    """What the address of the page asks for."""

    show = forms.ChoiceField(choices=PARTS.items(), required=False)
    q = forms.CharField(
        label=gettext_lazy("Find lines"),
        help_text=gettext_lazy("Municipality, fact or value."),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    page = forms.IntegerField(required=False)

    def __init__(self, data, *, plan: FactPlan, chosen: set[str]):
        super().__init__(data)
        self.plan, self.chosen = plan, chosen
        self.is_valid()

    @cached_property
    def parts(self) -> dict[str, list[FactStep]]:
        """The lines of each part. A doubtful one that has been chosen stays there too, so that it can be unchosen."""
        found = {state: self.plan.of(state) for state in PARTS}
        found["doubtful"] = [
            step for step in self.plan.steps if step.state == "doubtful" or step.cell.key in self.chosen
        ]
        return found

    @property
    def tabs(self) -> list[tuple[str, str, int]]:
        return [(state, label, len(self.parts[state])) for state, label in PARTS.items() if self.parts[state]]

    @cached_property
    def state(self) -> str:
        """The part that is shown: the one asked for, else the first that holds anything."""
        asked = self.cleaned_data.get("show")
        return next((state for state in (asked, *PARTS) if state and self.parts[state]), "new")

    @cached_property
    def lines(self) -> Page:
        words = self.cleaned_data.get("q", "").casefold().split()
        steps = [step for step in self.parts[self.state] if not words or all(word in said(step) for word in words)]
        return Paginator(steps, PER_PAGE).get_page(self.cleaned_data.get("page"))


def address_of(data) -> str:
    """Return as a query what a page was sent with: the part a button asks for, else page and part as they were."""
    asked = {"show": data.get("show") or data.get("shown", ""), "q": data.get("q", "")}
    if not data.get("show"):
        asked["page"] = data.get("page", "")
    return urlencode({name: value for name, value in asked.items() if value})


def said(step: FactStep) -> str:
    """What words are looked for in."""
    cell = step.cell
    parts = (cell.place.pk if cell.place else "", cell.place or "", cell.place_text, cell.indicator or "", cell.text)
    return " ".join(map(str, (*parts, step.shown))).casefold()
