"""Lists of who holds office, put in by staff: the file, what its columns are, and who doubtful people are."""

from django import forms
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from municipalities.models import Municipality
from outreach.models import OfficeImport
from outreach.services.offices.council_plan import ANOTHER, SKIP
from outreach.services.offices.council_reading import LIMITS, Part
from outreach.services.offices.mailbox_lists import PARTS
from outreach.services.offices.office_imports import ends_many, fingerprint
from outreach.services.offices.storting_export import LISTS, SEATS
from taushet.exceptions import TaushetError
from taushet.fields import CleanCharField, DayField, WholeNumberField
from taushet.forms.files import ask_for_files_again
from taushet.tables.reading import read_table, refuse_other_kind

from .namesakes import describe

MOST_BYTES = 5 * 1024 * 1024


class ListForm(forms.Form):
    """A spreadsheet, where it is from, and of which day."""

    file = forms.FileField(
        label=gettext_lazy("The list"),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Choose the file.")},
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 5 MB and 30,000 rows."),
    )
    source = CleanCharField(
        max_length=300,
        label=gettext_lazy("Where is the list from?"),
        help_text=gettext_lazy("Such as the address of the page where the municipality shows it."),
    )
    as_of = DayField(label=gettext_lazy("On which day was it true?"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = timezone.localdate

    def clean_as_of(self):
        day = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean(self):
        data = super().clean()
        ask_for_files_again(self)
        return data

    def clean_file(self):
        try:
            refuse_other_kind(self.cleaned_data["file"].name)
            return read_table(self.cleaned_data["file"].read(LIMITS.bytes + 1), LIMITS)
        except TaushetError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class CouncilListForm(ListForm):
    """A spreadsheet of councillors, and what everybody in it has in common."""

    place = forms.ModelChoiceField(
        Municipality.objects.none(),
        required=False,
        label=gettext_lazy("Whose council?"),
        empty_label=gettext_lazy("A column of the list says so"),
    )
    is_whole = forms.TypedChoiceField(
        choices=[
            ("no", gettext_lazy("Some of them. Nobody leaves office because a name is missing.")),
            ("yes", gettext_lazy("Everybody in these offices. Whoever is not in the list leaves office on that day.")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        label=gettext_lazy("Who is in the list?"),
        error_messages={"required": gettext_lazy("Choose whether everybody is in the list.")},
    )

    field_order = ("file", "place", "source", "as_of", "is_whole")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = Municipality.objects.current()


class WriteForm(forms.Form):
    """That a list is written as it was looked over, also though many leave office by it."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    ends_many = forms.BooleanField(required=False)

    def __init__(self, data=None, *, plan=None, was_refused=False):
        """`was_refused` shows beside the tick that it is lacking."""
        seen = {"seen": fingerprint(plan)} if plan else None
        super().__init__(seen if was_refused else data, initial=seen)
        if plan is None or not ends_many(plan):
            return
        number = plan.counts["ended"]
        self.fields["ends_many"].required = True
        self.fields["ends_many"].error_messages["required"] = _("Look at who leaves, and tick that you have.")
        self.fields["ends_many"].label = ngettext(
            "I have looked: %(number)d office ends.", "I have looked: %(number)d offices end.", number
        ) % {"number": number}


class StortingFilesForm(forms.Form):
    """The three official lists."""

    dagensrepresentanter = forms.FileField(label=gettext_lazy("Today’s representatives (dagensrepresentanter)"))
    regjering = forms.FileField(label=gettext_lazy("The government (regjering)"))
    allekomiteer = forms.FileField(label=gettext_lazy("The committees (allekomiteer)"))
    seats = WholeNumberField(
        min_value=1, max_value=300, initial=SEATS, label=gettext_lazy("How many representatives it must have")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in LISTS:
            self.fields[name].widget.attrs["accept"] = ".json,.xml"
            self.fields[name].error_messages["required"] = _("Choose the file.")

    def clean(self):
        data = super().clean()
        for name in LISTS:
            file = data.get(name)
            if file and file.size > MOST_BYTES:
                self.add_error(name, _("The file is larger than 5 MB."))
        ask_for_files_again(self)
        return data

    @property
    def contents(self) -> dict[str, bytes]:
        """What each list holds, by its name."""
        return {name: self.cleaned_data[name].read() for name in LISTS}


class ColumnsForm(forms.Form):
    """What each column of a list is."""

    SAMPLES, LONGEST_SAMPLE = 3, 24

    has_heading = forms.BooleanField(label=gettext_lazy("The first row is a heading"), required=False)

    def __init__(self, data=None, *, imported: OfficeImport):
        super().__init__(data, initial={"has_heading": imported.choices["has_heading"]})
        self.imported = imported
        is_mailboxes = imported.kind == OfficeImport.Kind.MAILBOXES
        self.parts = PARTS if is_mailboxes else [part for part in Part if part != Part.SOURCE]
        for place, part in enumerate(imported.choices["parts"]):
            self.fields[f"column{place}"] = forms.ChoiceField(
                label=_("Column %(number)d") % {"number": place + 1},
                required=False,
                choices=[("", _("Not used")), *((part.value, part.label) for part in self.parts)],
                initial=part,
                help_text=self.samples_of(place),
            )

    def samples_of(self, place: int) -> str:
        cells = [str(row[place + 1])[: self.LONGEST_SAMPLE] for row in self.imported.content[:20] if row[place + 1]]
        return escape(" · ".join(cells[: self.SAMPLES]))

    @property
    def columns(self) -> list[forms.BoundField]:
        return [self[f"column{place}"] for place in range(len(self.imported.choices["parts"]))]

    def clean(self):
        data = super().clean()
        parts = [data.get(column.name, "") for column in self.columns]
        chosen = [part for part in parts if part]
        for part in Part:
            if chosen.count(part) > 1:
                again = f"column{len(parts) - 1 - parts[::-1].index(part)}"
                self.add_error(again, _("Two columns are chosen as “%(part)s”.") % {"part": part.label})
        if self.imported.kind == OfficeImport.Kind.MAILBOXES:
            if Part.EMAIL not in chosen:
                self.add_error("column0", _("Choose which column holds the addresses."))
        elif not {Part.NAME, Part.LAST} & set(chosen):
            self.add_error("column0", _("Choose which column holds the names."))
        if Part.PLACE not in chosen and not self.imported.choices["place"]:
            self.add_error("column0", _("Choose which column says whose council it is."))
        data["choices"] = {"parts": parts, "has_heading": data.get("has_heading", False)}
        return data


class DecisionsForm(forms.Form):
    """Who the people of doubtful lines are; what is not chosen waits."""

    def __init__(self, data=None, *, steps):
        super().__init__(data)
        self.steps = steps
        for step in steps:
            same = [
                (str(candidate.pk), _("The same person: %(name)s") % {"name": describe(candidate)})
                for candidate in step.candidates
            ]
            choices = [*same, (ANOTHER, _("Another person")), (SKIP, _("Leave this line out"))]
            self.fields[f"line{step.line}"] = forms.ChoiceField(
                label=f"{step.name}, {step.place}".strip(", "),
                choices=choices,
                required=False,
                widget=forms.RadioSelect,
                initial=step.decision,
                help_text=escape(self.about(step)),
            )

    @staticmethod
    def about(step) -> str:
        """Return what tells the line from others: where it stands, the party, the offices, and what is doubtful."""
        line = _("Line %(line)s") % {"line": step.line} if step.row else ""
        offices = ", ".join(str(office) for office in step.offices)
        return " · ".join(filter(None, (line, step.party, offices, " ".join(str(sentence) for sentence in step.told))))

    @property
    def decisions(self) -> dict[str, str]:
        found = {step.line: self.cleaned_data.get(f"line{step.line}", "") for step in self.steps}
        return {str(line): value for line, value in found.items() if value}
