"""A list of names put in at once: first the list, then what its columns are and which lines can be used."""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from django import forms
from django.core import signing
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Booking
from courses.services.name_lists import Part, guess_columns, read_line, start_at_heading
from courses.services.participants import Person, free_names, why_taken
from taushet.exceptions import TaushetError
from taushet.forms.request_keys import RequestKeyForm
from taushet.tables.reading import MAX_BYTES, Row, Table, read_table, read_text

from .participants import ReplaceForm

KEPT_FOR = timedelta(hours=3)
SAMPLES = 3


class NameListForm(forms.Form):
    """The list, as text or as a file."""

    text = forms.CharField(
        label=gettext_lazy("Paste the list here"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Cells copied from a spreadsheet, one name a line, or addresses copied from the To field of an e-mail."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or choose a file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 1 MB and 2,000 rows."),
    )

    def clean(self):
        data = super().clean()
        text, file = data.get("text"), data.get("file")
        if text and file:
            self.add_error(None, _("Paste the list or choose a file, not both."))
        elif not text and not file and not self.errors:
            self.add_error(None, _("Paste a list, or choose a file."))
        elif not self.errors:
            try:
                data["table"] = start_at_heading(read_table(file.read(MAX_BYTES + 1)) if file else read_text(text))
            except TaushetError as refusal:
                self.add_error("file" if file else "text", str(refusal))
        if file and self.errors:
            # No browser sends a file a second time, and nothing of a list is stored before it has been looked over.
            self.add_error("file", _("Choose the file again. It is not kept when something has to be corrected."))
        return data


@dataclass
class Line:
    """What one line of a list says of a person, and what is wrong with it."""

    number: int
    name: str
    email: str
    workplace: str
    role: str
    faults: list[str] = field(default_factory=list)

    @property
    def person(self) -> Person:
        return Person(name=self.name, email=self.email, workplace=self.workplace, role=self.role)


class ColumnsForm(RequestKeyForm):
    """A list that was put in, what each of its columns is, and whether faulty lines are left out.

    The list travels in the page itself, signed and for this booking only; nothing is stored until it is saved.
    """

    LONGEST_SAMPLE = 24

    table = forms.CharField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)  # the columns as the preview had them
    has_heading = forms.BooleanField(label=gettext_lazy("The first row is a heading"), required=False)
    leave_out = forms.BooleanField(label=gettext_lazy("Leave out the lines with faults"), required=False)

    def __init__(self, data=None, *, booking: Booking, table: Table | None = None, pasted: str = ""):
        self.booking = booking
        self.list, self.pasted = (table, pasted) if table else unseal_table(booking, data.get("table", ""))
        super().__init__(data, about=f"name-list-{booking.pk}")
        parts, has_heading = guess_columns(self.list)
        for place, part in enumerate(parts):
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=self.title_of(place),
                required=False,
                choices=[("", _("Not used")), *Part.choices],
                initial=part,
                help_text=self.samples_of(place),
            )
        self.initial |= {"table": seal_table(booking, self.list, self.pasted), "has_heading": has_heading}

    def title_of(self, place: int) -> str:
        return _("Column %(number)d") % {"number": place + 1}

    def samples_of(self, place: int) -> str:
        cells = [row.cells[place][: self.LONGEST_SAMPLE] for row in self.list.rows[:50] if row.cells[place]]
        return escape(" · ".join(cells[:SAMPLES]))

    @property
    def columns(self) -> list[forms.BoundField]:
        """The choice for each column, in order."""
        return [self[f"column{place}"] for place in range(self.list.width)]

    @cached_property
    def parts(self) -> list[str]:
        """What each column is, as chosen or else as guessed."""
        return [self.cleaned_data.get(column.name, "") if self.is_bound else column.initial for column in self.columns]

    @cached_property
    def starts_with_heading(self) -> bool:
        return self.cleaned_data["has_heading"] if self.is_bound else self.initial["has_heading"]

    @property
    def now_shown(self) -> str:
        return "|".join([*self.parts, str(self.starts_with_heading)])

    @property
    def is_as_shown(self) -> bool:
        return self.cleaned_data["shown"] == self.now_shown

    def clean(self):
        data = super().clean()
        chosen = [part for part in self.parts if part]
        for part in Part:
            if chosen.count(part) > 1:
                self.add_error(
                    f"column{len(self.parts) - 1 - self.parts[::-1].index(part)}",
                    _("Two columns are chosen as “%(part)s”. Choose one of them.") % {"part": part.label},
                )
        if not {Part.NAME, Part.FORENAME, Part.SURNAME} & set(chosen):
            self.add_error("column0", _("Choose which column holds the names."))
        return data

    @cached_property
    def lines(self) -> list[Line]:
        """Every line of the list with its faults; the same rules as when names are put in one by one."""
        rows = self.list.rows[1:] if self.starts_with_heading else self.list.rows
        lines = [checked(row.number, read_line(row, self.parts)) for row in rows]
        mark_doubled(lines, list(self.booking.participants.active()))
        return lines

    @property
    def faulty(self) -> list[Line]:
        """The lines that cannot be saved."""
        return [line for line in self.lines if line.faults]

    @property
    def usable(self) -> list[Line]:
        """The lines that can be saved."""
        return [line for line in self.lines if not line.faults]

    @cached_property
    def free(self) -> int:
        """How many seats have no name yet."""
        return free_names(self.booking)

    @property
    def fits(self) -> bool:
        """Whether there is a seat for each name."""
        return len(self.usable) <= self.free


def checked(number: int, said: dict[str, str]) -> Line:
    """Return a line as it would be saved, with what the fields say against it."""
    line = Line(number, **said)
    for name, value in said.items():
        rule = ReplaceForm.base_fields[name]
        try:
            setattr(line, name, rule.clean(value))
        except forms.ValidationError as error:
            line.faults += [f"{rule.label}: {message}" for message in error.messages]
    return line


def mark_doubled(lines: list[Line], named: list) -> None:
    """Say of each line whether its address, or a name without one, has been met before."""
    emails = {person.email: person.is_protected for person in named}
    names = {person.listed_name.casefold() for person in named}
    email_lines: dict[str, int] = {}
    name_lines: dict[str, int] = {}
    for line in lines:
        name = line.name.casefold()
        if line.email and line.email in emails:
            line.faults.append(why_taken(line.email, is_protected=emails[line.email]))
        elif line.email and line.email in email_lines:
            line.faults.append(
                _("The same e-mail address stands on line %(number)d.") % {"number": email_lines[line.email]}
            )
        elif not line.email and name and name in names:
            line.faults.append(_("%(name)s is on the list already.") % {"name": line.name})
        elif not line.email and name in name_lines:
            line.faults.append(_("The same name stands on line %(number)d.") % {"number": name_lines[name]})
        if not line.faults:
            name_lines.setdefault(name, line.number)
            email_lines.setdefault(line.email, line.number)


def seal_table(booking: Booking, table: Table, pasted: str) -> str:
    rows = [[row.number, *row.cells] for row in table.rows]
    return signing.dumps([rows, table.notes, pasted], salt=salt_of(booking), compress=True)


def unseal_table(booking: Booking, sealed: str) -> tuple[Table, str]:
    """Return the list of a page, and as what it was pasted; raises ListLost when the page is too old or not ours."""
    try:
        rows, notes, pasted = signing.loads(sealed, salt=salt_of(booking), max_age=KEPT_FOR)
    except signing.BadSignature as error:
        raise ListLost(_("The page with your list has been open too long. Put the list in once more.")) from error
    return Table(tuple(Row(number, tuple(cells)) for number, *cells in rows), tuple(notes)), pasted


def salt_of(booking: Booking) -> str:
    return f"name-list:{booking.pk}"


class ListLost(TaushetError):
    """A list that came back from a page in a shape we did not give it, or too late."""
