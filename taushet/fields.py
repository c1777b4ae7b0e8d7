"""Form fields that say in one plain sentence what is wrong and keep what was typed.

None of them sets `maxlength`: a browser that obeys it cuts pasted text without a word.
"""

import re
import unicodedata
from datetime import date

import phonenumbers
from django import forms
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.no import orgnr

PHONE_LENGTH = 40
ADDRESS_SIGNS = re.compile(r"@|://|www\.|\.(?:com|net|no|org|info|ru|io)\b", re.IGNORECASE)
PHONE_SIGNS = frozenset("0123456789+()-–./ \u00a0\u2011")
BIDI_SIGNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SENSIBLE_DAYS = [
    MinValueValidator(date(2000, 1, 1), _("Choose a date after 1999.")),
    MaxValueValidator(date(2099, 12, 31), _("Choose a date before 2100.")),
]
CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


@deconstructible
class LongestText(BaseValidator):
    """At most so many characters, and a sentence that says how many there are."""

    code = "max_length"
    message = ngettext_lazy(
        "This is too long: %(show_value)d characters, and there is room for %(limit_value)d.",
        "This is too long: %(show_value)d characters, and there is room for %(limit_value)d.",
        "limit_value",
    )

    def compare(self, value, limit):
        return value > limit

    def clean(self, value):
        return len(value)


def has_control_signs(text: str) -> bool:
    """Whether a text holds line breaks, other control characters or signs that turn the reading direction."""
    return any(sign in BIDI_SIGNS or unicodedata.category(sign) in CONTROL_CATEGORIES for sign in text)


class CleanCharField(forms.CharField):
    """One line of text: stripped, composed (NFC), without control characters or line breaks."""

    default_error_messages = {
        "required": _("Fill in this field."),
        "control": _("Write this on one line, without line breaks or other control characters."),
    }

    def __init__(self, *, max_length, **kwargs):
        super().__init__(**kwargs)
        self.longest = max_length
        self.validators = [LongestText(max_length)]

    def to_python(self, value):
        value = unicodedata.normalize("NFC", super().to_python(value))
        if has_control_signs(value):
            raise forms.ValidationError(self.error_messages["control"], code="control")
        return value


class PersonNameField(CleanCharField):
    """The name of a person. Names end up in mail, so nothing that a mail program makes a link of."""

    default_error_messages = {
        "required": _("Write a name."),
        "address": _("Write a name here, not an address."),
        "letters": _("Write a name with letters."),
    }

    def __init__(self, *, max_length, **kwargs):
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs.setdefault("autocomplete", "name")

    def to_python(self, value):
        value = super().to_python(value)
        if ADDRESS_SIGNS.search(value):
            raise forms.ValidationError(self.error_messages["address"], code="address")
        if value and not any(sign.isalpha() for sign in value):
            raise forms.ValidationError(self.error_messages["letters"], code="letters")
        return value


class WorkEmailField(CleanCharField):
    """An e-mail address, kept in lower case so that the same person is found again."""

    widget = forms.EmailInput
    default_error_messages = {
        "required": _("Write an e-mail address."),
        "invalid": _("This is not an e-mail address. It looks like name@municipality.no."),
    }

    def __init__(self, *, max_length=254, **kwargs):
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs.setdefault("autocomplete", "email")

    def to_python(self, value):
        return super().to_python(value).lower()

    def run_validators(self, value):
        super().run_validators(value)
        if value not in self.empty_values:
            try:
                forms.EmailField.default_validators[0](value)
            except forms.ValidationError as error:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class PhoneField(CleanCharField):
    """A phone number, Norwegian unless it begins with + or 00; kept as +4722331160."""

    widget = forms.TextInput
    default_error_messages = {
        "required": _("Write a phone number."),
        "invalid": _("This is not a phone number. Norwegian numbers have eight digits; begin foreign ones with +."),
    }

    def __init__(self, *, max_length=PHONE_LENGTH, **kwargs):
        super().__init__(max_length=max_length, **kwargs)
        self.widget.input_type = "tel"
        self.widget.attrs.setdefault("autocomplete", "tel")

    def clean(self, value):
        text = super().clean(value)
        if text in self.empty_values:
            return text
        number = parse_phone(text)
        if number is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return number

    def prepare_value(self, value):
        if isinstance(value, str) and value.startswith("+47") and value[3:].isascii() and value[3:].isdigit():
            return phonenumbers.format_number(phonenumbers.parse(value, "NO"), phonenumbers.PhoneNumberFormat.NATIONAL)
        return value


def parse_phone(text: str) -> str | None:
    """Return a number as +4722331160, or None when it is not one that can be called."""
    if set(text) - PHONE_SIGNS:
        return None
    try:
        number = phonenumbers.parse(text, "NO")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class OrganisationNumberField(CleanCharField):
    """A Norwegian organisation number, kept as nine digits."""

    default_error_messages = {
        "required": _("Write the organisation number."),
        "invalid": _("An organisation number has nine digits, such as 974 760 673."),
        "checksum": _("The check digit does not fit, so one of the digits must be wrong. Compare it with your source."),
    }

    def __init__(self, *, max_length=40, **kwargs):
        super().__init__(max_length=max_length, **kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")

    def clean(self, value):
        text = super().clean(value)
        if text in self.empty_values:
            return text
        digits = "".join(text.upper().removeprefix("NO").removesuffix("MVA").split())
        if not digits.isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return orgnr.validate(digits)
        except InvalidChecksum as error:
            raise forms.ValidationError(self.error_messages["checksum"], code="checksum") from error
        except ValidationError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class WholeNumberField(forms.IntegerField):
    """A whole number between two limits, typed with digits."""

    default_error_messages = {
        "required": _("Write a number."),
        "invalid": _("Write a whole number with digits, such as 4."),
    }

    def __init__(self, *, min_value, max_value, **kwargs):
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)
        self.widget.attrs.setdefault("inputmode", "numeric")
        for validator in self.validators:
            if validator.code == "min_value":
                validator.message = _("The number must be %(limit_value)s or more.")
            elif validator.code == "max_value":
                validator.message = _("The number can be %(limit_value)s at most.")


class DayField(forms.DateField):
    """A date chosen in the browser's own calendar, or typed as 12.03.2027."""

    default_error_messages = {
        "required": _("Choose a date."),
        "invalid": _("This is not a date. Write it as 12.03.2027."),
    }
    default_validators = SENSIBLE_DAYS
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"], **kwargs)
