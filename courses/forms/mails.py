"""What staff decide about the mails of a course, and what the trainer puts in for afterwards."""

import re

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from courses.models import Booking, MailKind, MailRule
from courses.services.mail_texts import LANGUAGES, MOST_TIMES, USUAL, TextRefused, check_text

from .fields import WordField

LONGEST = 3000
LONGEST_MATERIAL = 10_000
LABELS = {"nb": _("Own text in bokmål"), "nn": _("Own text in nynorsk"), "en": _("Own text in English")}
PREVIEWED = 20


class AmountsField(forms.CharField):
    """One to three whole numbers, such as "14, 4", largest first."""

    default_error_messages = {
        "required": _("Write a number."),
        "invalid": _("Write whole numbers with a comma between them, such as 14, 4."),
    }

    def __init__(self, *, most: int, **kwargs):
        super().__init__(**kwargs)
        self.most = most
        self.widget.attrs["inputmode"] = "text"
        self.widget.attrs["autocomplete"] = "off"

    def prepare_value(self, value):
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value):
        parts = [part for part in re.split(r"[\s,;]+", super().clean(value).strip()) if part]
        if not parts or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        amounts = sorted({int(part) for part in parts}, reverse=True)
        if len(amounts) > MOST_TIMES:
            sentence = ngettext("Write at most %(count)d number.", "Write at most %(count)d numbers.", MOST_TIMES)
            raise forms.ValidationError(sentence % {"count": MOST_TIMES}, code="too_many")
        if not 1 <= amounts[-1] <= amounts[0] <= self.most:
            sentence = gettext("Write numbers from 1 to %(most)d.")
            raise forms.ValidationError(sentence % {"most": self.most}, code="range")
        return amounts


class CourseMailForm(forms.Form):
    """One kind of mail of a course: whether it goes, when, and the own paragraphs in each language form."""

    is_on = forms.BooleanField(label=_("Send this e-mail"), required=False)
    unit = forms.ChoiceField(choices=MailRule.Unit, label=_("Hours or days"))

    def __init__(self, data=None, *, course, kind: MailKind, rule, texts):
        self.course, self.usual = course, USUAL[kind]
        initial = {"is_on": rule.is_on, "amounts": rule.amounts, "unit": rule.unit}
        initial |= {f"text_{language}": texts.get((kind, language), "") for language in LANGUAGES}
        super().__init__(data, initial=initial)
        if not self.usual.can_be_off:
            del self.fields["is_on"]
        if self.usual.most:
            self._ask_when()
        else:
            del self.fields["unit"]
        for language in LANGUAGES:
            self.fields[f"text_{language}"] = WordField(
                longest=LONGEST, required=False, label=LABELS[language], widget=forms.Textarea(attrs={"rows": 5})
            )

    def _ask_when(self):
        label = _("How long before the meeting") if self.usual.is_before else _("How long after the last meeting")
        unit = self.fields.pop("unit")
        self.fields["amounts"] = AmountsField(
            most=self.usual.most,
            label=label,
            help_text=_("One number, or several with a comma between them when it is to go more than once."),
        )
        self.fields["unit"] = unit

    def clean(self):
        data = super().clean()
        for language in LANGUAGES:
            name = f"text_{language}"
            try:
                check_text(self.course, data.get(name, ""))
            except TextRefused as error:
                self.add_error(name, str(error))
        return data

    @property
    def texts(self):
        return {language: self.cleaned_data[f"text_{language}"] for language in LANGUAGES}

    @property
    def choices(self):
        """What the service is to be told, the texts aside."""
        data = self.cleaned_data
        return {
            "is_on": data.get("is_on", True),
            "amounts": data.get("amounts", []),
            "unit": data.get("unit", self.usual.unit),
        }


class PreviewForm(forms.Form):
    """With which booking, and in which language, to look at a mail."""

    booking = forms.ModelChoiceField(Booking.objects.none(), label=_("With the booking"), empty_label=None)
    language = forms.ChoiceField(
        choices=[("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("English"))], label=_("In the language")
    )

    def __init__(self, data=None, *, bookings):
        rows = list(bookings[:PREVIEWED])
        language = rows[0].language if rows else "nb"
        super().__init__(data, initial={"booking": rows[0] if rows else None, "language": language}, prefix="se")
        field = self.fields["booking"]
        field.queryset = bookings
        field.choices = [(row.pk, self._label(row)) for row in rows]

    @staticmethod
    def _label(row):
        return gettext("%(number)d: %(place)s, %(session)s") % {
            "number": row.pk,
            "place": row.municipality,
            "session": row.session,
        }


class MaterialForm(forms.Form):
    """Texts and links for the participants; empty takes them away."""

    text = WordField(
        longest=LONGEST_MATERIAL,
        required=False,
        label=_("Material"),
        help_text=_("Texts and web addresses. Addresses become links by themselves."),
        widget=forms.Textarea(attrs={"rows": 12}),
    )
