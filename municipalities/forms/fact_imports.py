"""Facts of many municipalities at once: the table, what its columns are, and which doubtful values are used."""

from django import forms
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import FactImport
from municipalities.services.fact_columns import DAY, INDICATOR, PLACE, SOURCE, VALUE, guess_columns, indicator_column
from municipalities.services.fact_imports import entered_indicators, lacking
from taushet.exceptions import TaushetError
from taushet.fields import CleanCharField, DayField
from taushet.forms.files import ask_for_files_again
from taushet.tables.reading import Limits, Table, read_table, read_text, refuse_other_kind

LIMITS = Limits(bytes=2 * 1024 * 1024, rows=12_000)
TITLE_ROWS = 8
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


def without_titles(table: Table) -> Table:
    """Return a table from its heading on, with a note of what stood above it, such as a title."""
    indicators = entered_indicators()
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
        ask_for_files_again(self)
        return data

    def ask_for_source(self, table: Table) -> None:
        """Ask where the facts are from when no column of the table can be what says it."""
        indicators = entered_indicators()
        guessed = guess_columns(table.rows, indicators)
        if not self.cleaned_data.get("source") and SOURCE not in guessed and all(guessed):
            self.add_error("source", _("Say where the facts are from: no column of the table does."))


class FactColumnsForm(forms.Form):
    """What each column of a table is, and which doubtful values are used."""

    has_heading = forms.BooleanField(label=gettext_lazy("The first row is a heading"), required=False)

    def __init__(self, data=None, *, imported: FactImport):
        choices = imported.choices
        super().__init__(data, initial={"has_heading": choices["has_heading"]})
        self.rows = imported.content
        self.parts = choices["parts"]
        indicators = entered_indicators()
        for place, part in enumerate(self.parts):
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=self.rows[0][place + 1][:60] or _("Column %(number)d") % {"number": place + 1},
                required=False,
                choices=[("", _("Not used")), *PARTS, *[(indicator_column(one), one.name) for one in indicators]],
                initial=part,
                help_text=escape(" · ".join(row[place + 1][:24] for row in self.rows[1:4])),
            )

    @property
    def columns(self) -> list[forms.BoundField]:
        """The choice for each column, in order."""
        return [self[f"column{place}"] for place in range(len(self.parts))]

    def clean(self):
        data = super().clean()
        parts = [data.get(column.name, "") for column in self.columns]
        chosen = [part for part in parts if part]
        for part in sorted({part for part in chosen if chosen.count(part) > 1}):
            again = f"column{len(parts) - 1 - parts[::-1].index(part)}"
            label = dict(self.fields[again].choices)[part]
            self.add_error(again, _("Two columns are chosen as “%(part)s”.") % {"part": label})
        if why := lacking(parts):
            self.add_error(None, why)
        data["choices"] = {"parts": parts, "has_heading": data.get("has_heading", False)}
        return data
