"""What staff write to the bookers of several bookings."""

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.services.mail_texts import TextRefused
from courses.services.staff_words import check_words
from taushet.forms.request_keys import RequestKeyForm

from .fields import WordField


class WordsForm(RequestKeyForm):
    """The words, and those that were shown in the preview: nothing is sent that has not been looked at."""

    text = WordField(
        longest=3000,
        label=_("What you want to say"),
        help_text=_(
            "Do not name the course: not everybody wants it in their e-mail. The greeting and the link are there."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def __init__(self, data=None, *, bookings):
        self.bookings = bookings
        super().__init__(data, about="booking-words")

    def clean_text(self):
        text = self.cleaned_data["text"]
        try:
            check_words(self.bookings, text)
        except TextRefused as error:
            raise forms.ValidationError(str(error)) from error
        return text

    @property
    def is_as_shown(self):
        shown = self.cleaned_data["shown"].replace("\r\n", "\n").strip()
        return shown == self.cleaned_data["text"].strip()
