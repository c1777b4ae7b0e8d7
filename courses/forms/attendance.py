"""What a trainer's phone says about a meeting: the whole list without script, marks one by one with it."""

import re
from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.services.attendance import Seen
from courses.services.participants import Person
from municipalities.fields import MunicipalityChoiceField
from taushet.fields import CleanCharField, PersonNameField, WorkEmailField
from taushet.forms.request_keys import RequestKeyForm

MOST_MARKS = 2000
CLIENT_KEY = re.compile(r"[0-9a-f]{32}")
PRESENT, ABSENT = "1", "0"
ANSWERS = {PRESENT: True, ABSENT: False}


class AttendanceListForm(RequestKeyForm):
    """The list as a plain form. Only what was changed on this page becomes a mark, so it undoes no other phone's."""

    def __init__(self, data=None, *, meeting, participants, present):
        super().__init__(data, about=f"attendance-{meeting.pk}")
        self.participants, self.present = participants, present

    @property
    def rows(self):
        """Each participant with the answer that stands: "1", "0" or nothing."""
        return [
            {"participant": participant, "answer": self.shown_answer(participant.pk)}
            for participant in self.participants
        ]

    def shown_answer(self, number) -> str:
        return {True: PRESENT, False: ABSENT, None: ""}[self.present.get(number)]

    @property
    def seen(self) -> list[Seen]:
        """The marks of what was changed since the page was made."""
        marks = []
        for participant in self.participants:
            answer = self.data.get(f"here-{participant.pk}")
            if answer in ANSWERS and answer != self.data.get(f"was-{participant.pk}"):
                key = f"{self.cleaned_data['request_key']}-{participant.pk}"
                marks.append(Seen(participant.pk, ANSWERS[answer], key))
        return marks


class MarksForm(forms.Form):
    """Marks as the script sends them: a list of {key, participant, present, age in milliseconds}."""

    marks = forms.JSONField(required=False)  # an empty list only asks how things stand

    def clean_marks(self) -> list[Seen]:
        marks = self.cleaned_data["marks"]
        if not isinstance(marks, list) or len(marks) > MOST_MARKS:
            raise forms.ValidationError("Not a list of marks.", code="invalid")
        return [self.read(mark) for mark in marks]

    def read(self, mark) -> Seen:
        match mark:
            case {"key": str(key), "participant": int(number), "present": bool(here), "age": int(age)} if (
                CLIENT_KEY.fullmatch(key) and not isinstance(number, bool) and abs(number) < 2**62 and abs(age) < 10**12
            ):
                return Seen(number, here, key, timedelta(milliseconds=age))
        raise forms.ValidationError("Not a mark.", code="invalid")


class WalkInForm(RequestKeyForm):
    """Somebody who came without a seat."""

    name = PersonNameField(label=_("Name"), max_length=120)
    municipality = MunicipalityChoiceField(label=_("Municipality"))
    workplace = CleanCharField(label=_("Workplace"), max_length=150, required=False)
    email = WorkEmailField(
        label=_("Work e-mail"), required=False, help_text=_("The participant’s own page is sent here.")
    )

    @property
    def person(self) -> Person:
        return Person(**{name: self.cleaned_data[name] for name in ("name", "email", "workplace")})
