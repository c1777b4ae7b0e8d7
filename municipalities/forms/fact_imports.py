"""Facts of many municipalities at once: the table, what its columns are, and which doubtful values are used."""

from functools import cached_property

from django import forms
from django.core import signing
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.exceptions import MunicipalitiesError
from municipalities.models import Indicator
from municipalities.services.fact_columns import (
    DAY,
    INDICATOR,
    PLACE,
    SOURCE,
    VALUE,
    guess_columns,
    indicator_column,
    read_cells,
)
from municipalities.services.fact_imports import FactPlan, plan_facts
from taushet.exceptions import TaushetError
from taushet.fields import CleanCharField, DayField
from taushet.tables.reading import Limits, Row, Table, read_table, read_text, refuse_other_kind

LIMITS = Limits(bytes=2 * 1024 * 1024, rows=12_000)
MOST_SEALED = 2_000_000  # a page may send 2.5 MB back
TITLE_ROWS = 8
KEPT_FOR = 3 * 60 * 60
SALT = "fact-import"
PARTS = [
    (PLACE, gettext_lazy("Municipality")),
    (INDICATOR, gettext_lazy("Which fact")),
    (VALUE, gettext_lazy("Value")),
    (DAY, gettext_lazy("True on")),
    (SOURCE, gettext_lazy("Source")),
]


def read_file(file) -> Table:
    refuse_other_kind(file.name)
    return read_table(file.read(LIMITS.bytes + 1), LIMITS)


class ListLost(MunicipalitiesError):
    """A table that came back from a page too late, or in a shape we did not give it."""


def without_titles(table: Table) -> Table:
    """Return a table from its heading on, with a note of what stood above it, such as a title."""
    indicators = [one for one in Indicator.objects.all() if not one.is_counted_by_us]
    for above in range(min(TITLE_ROWS, len(table.rows) - 1)):
        guessed = guess_columns(table.rows[above:], indicators)
        if PLACE in guessed and len([part for part in guessed if part]) > 1:
            said = " · ".join(cell for row in table.rows[:above] for cell in row.cells if cell)[:150]
            notes = [_("What stands above the heading is left out: %(text)s") % {"text": said}] if above else []
            return Table(table.rows[above:], (*table.notes, *notes))
    return table


class FactTableForm(forms.Form):
    """The table, and what holds for all of it unless a row says otherwise."""

    file = forms.FileField(
        label=gettext_lazy("Choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=gettext_lazy("Excel (.xlsx) or CSV. One row for each municipality, by number or name."),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste cells from a spreadsheet"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )
    observed_on = DayField(
        label=gettext_lazy("True on"), help_text=gettext_lazy("Unless a column says another day for each row.")
    )
    source = CleanCharField(
        max_length=300,
        required=False,
        label=gettext_lazy("Source"),
        help_text=gettext_lazy("Where anybody can check it. Leave it empty when a column says the source of each row."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["observed_on"].initial = timezone.localdate

    def clean_observed_on(self):
        day = self.cleaned_data["observed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("The day lies in the future."))
        return day

    def clean(self):
        data = super().clean()
        text, file = data.get("text"), data.get("file")
        if bool(text) == bool(file) and not {"file", "text"} & set(self.errors):
            self.add_error("file", _("Choose a file, or paste cells: one of them."))
        elif not self.errors:
            try:
                data["table"] = read_file(file) if file else read_text(text, LIMITS)
            except TaushetError as refusal:
                self.add_error("file" if file else "text", str(refusal))
            else:
                data["table"] = without_titles(data["table"])
                self.ask_for_source(data["table"])
        return data

    def ask_for_source(self, table: Table) -> None:
        """Ask where the facts are from when no column of the table can be what says it."""
        indicators = [one for one in Indicator.objects.all() if not one.is_counted_by_us]
        guessed = guess_columns(table.rows, indicators)
        if not self.cleaned_data.get("source") and SOURCE not in guessed and all(guessed):
            self.add_error("source", _("Say where the facts are from: no column of the table does."))


class FactColumnsForm(forms.Form):
    """A table that was put in, what each of its columns is, and which doubtful values are used.

    The table travels in the page itself, signed; nothing is stored until it is saved.
    """

    table = forms.CharField(widget=forms.HiddenInput)
    has_heading = forms.BooleanField(label=gettext_lazy("The first row is a heading"), required=False)

    def __init__(self, data=None, *, table: Table | None = None, observed_on=None, source=""):
        self.list, self.observed_on, self.source = (
            (table, observed_on, source) if table else unseal(data.get("table", ""))
        )
        super().__init__(data)
        self.indicators = [one for one in Indicator.objects.all() if not one.is_counted_by_us]
        guessed = guess_columns(self.list.rows, self.indicators)
        choices = [("", _("Not used")), *PARTS, *[(indicator_column(one), one.name) for one in self.indicators]]
        for place, part in enumerate(guessed):
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=self.list.rows[0].cells[place][:60] or _("Column %(number)d") % {"number": place + 1},
                required=False,
                choices=choices,
                initial=part,
                help_text=escape(" · ".join(row.cells[place][:24] for row in self.list.rows[1:4])),
            )
        self.initial = {"table": self.seal(), "has_heading": any(guessed)}

    def seal(self) -> str:
        rows = [[row.number, *row.cells] for row in self.list.rows]
        day = self.observed_on.isoformat()
        return signing.dumps([rows, self.list.notes, day, self.source], salt=SALT, compress=True)

    @property
    def is_too_large(self) -> bool:
        return len(self.initial["table"]) > MOST_SEALED

    @property
    def columns(self) -> list[forms.BoundField]:
        """The choice for each column, in order."""
        return [self[f"column{place}"] for place in range(self.list.width)]

    @cached_property
    def parts(self) -> list[str]:
        """What each column is, as chosen or else as guessed."""
        return [self.cleaned_data.get(column.name, "") if self.is_bound else column.initial for column in self.columns]

    def clean(self):
        data = super().clean()
        chosen = [part for part in self.parts if part]
        for part in sorted({part for part in chosen if chosen.count(part) > 1}):
            again = f"column{len(self.parts) - 1 - self.parts[::-1].index(part)}"
            label = dict(self.fields[again].choices)[part]
            self.add_error(again, _("Two columns are chosen as “%(part)s”.") % {"part": label})
        if why := self.lacking:
            self.add_error(None, why)
        return data

    @property
    def lacking(self) -> str:
        """What has to be chosen before anything can be read."""
        if PLACE not in self.parts:
            return _("Choose which column says the municipality.")
        if INDICATOR in self.parts:
            return "" if VALUE in self.parts else _("Choose which column holds the values.")
        return "" if any(part.startswith("i:") for part in self.parts) else _("Choose which column holds a fact.")

    @cached_property
    def cells(self):
        """Every value of the table as it is read."""
        has_heading = self.cleaned_data["has_heading"] if self.is_bound else self.initial["has_heading"]
        rows = self.list.rows[1:] if has_heading else self.list.rows
        return read_cells(list(rows), self.parts, self.indicators, observed_on=self.observed_on, source=self.source)

    @property
    def chosen(self) -> set[str]:
        """The doubtful values a person has said to use: those ticked on the page, and those it carries on."""
        return {*self.data.getlist("use"), *self.data.get("carried", "").split()} if self.is_bound else set()

    @cached_property
    def plan(self) -> FactPlan:
        return plan_facts([] if self.lacking else self.cells, chosen=self.chosen)


def unseal(sealed: str):
    """Return the table of a page with its day and source; raises ListLost when it is too old or not ours."""
    try:
        rows, notes, day, source = signing.loads(sealed, salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature as error:
        raise ListLost(_("The page with your list has been open too long. Put the list in once more.")) from error
    table = Table(tuple(Row(number, tuple(cells)) for number, *cells in rows), tuple(notes))
    return table, timezone.datetime.fromisoformat(day).date(), source
