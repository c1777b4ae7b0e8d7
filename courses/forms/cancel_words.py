"""The words staff may send along when they cancel a session."""

import json

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.services.cancel_words import check_words
from courses.services.mail_texts import LANGUAGES, TextRefused

from .fields import WordField

LABELS = {
    "nb": _("In bokmål"),
    "nn": _("In nynorsk"),
    "en": _("In English"),
}
LONGEST = 2000


class CancelWordsForm(forms.Form):
    """Words in each language form, and those that were shown: nothing is sent that has not been looked at."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def __init__(self, data=None, *, courses):
        super().__init__(data)
        self.courses = courses
        for language in LANGUAGES:
            self.fields[f"words_{language}"] = WordField(
                longest=LONGEST,
                required=False,
                label=LABELS[language],
                help_text=_("Whoever reads nynorsk or English gets these words when those are empty.")
                if language == "nb"
                else "",
            )

    def clean(self):
        for language in LANGUAGES:
            name = f"words_{language}"
            try:
                check_words(self.courses, self.cleaned_data.get(name, ""))
            except TextRefused as error:
                self.add_error(name, str(error))

    @property
    def words(self):
        """What was written, by language form; the empty ones are left out."""
        typed = {language: self.cleaned_data.get(f"words_{language}", "").strip() for language in LANGUAGES}
        return {language: text for language, text in typed.items() if text}

    @property
    def as_shown(self):
        return json.dumps(self.words, sort_keys=True)

    @property
    def is_as_shown(self):
        return not self.words or self.cleaned_data["shown"] == self.as_shown
