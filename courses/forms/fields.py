"""Prices, times of day, links to join and a few sentences, as staff and visitors put them in."""

import re
import unicodedata

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from taushet.fields import LongestText, has_control_signs

SIGNS = re.compile(r"[0-9.,+\- \u00a0\u2009\u202f]*")
# 1 236 and 1.236.000, with an ordinary, a hard or a narrow space.
THOUSANDS = re.compile(r"-?\d{1,3}(?:([ \u00a0\u2009\u202f.])\d{3})(?:\1\d{3})*(?:,\d+)?")


class ClockField(forms.TimeField):
    """A time of day, typed as 09.00 or chosen in the browser."""

    default_error_messages = {
        "required": _("Write a time."),
        "invalid": _("This is not a time. Write it as 09.00."),
    }
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%H:%M", "%H.%M", "%H:%M:%S", "%H"], **kwargs)


class PriceField(forms.DecimalField):
    """An amount in kroner; 0 is a price like any other."""

    default_error_messages = {
        "required": _("Write a price. 0 when it is free."),
        "invalid": _("Write the amount with digits, such as 450 or 450,50."),
        "max_digits": _("The amount is too large."),
        "max_whole_digits": _("The amount is too large."),
        "max_decimal_places": _("Write at most two decimals."),
    }
    widget = forms.TextInput(attrs={"inputmode": "decimal"})
    below_nought = _("The price cannot be below 0.")

    def __init__(self, **kwargs):
        super().__init__(max_digits=9, decimal_places=2, localize=True, **kwargs)
        self.validators.append(MinValueValidator(0, self.below_nought))

    def to_python(self, value):
        """Read an amount also when its thousands are set apart, as in 1 236,50 or 1.236,50.

        Only digits as people type them are taken: 1e3 and 1_000 are numbers to a computer alone.
        """
        if isinstance(value, str):
            value = value.strip().replace("\u2212", "-")
            if found := THOUSANDS.fullmatch(value):
                value = value.replace(found[1], "")
            if not SIGNS.fullmatch(value):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class AmountField(PriceField):
    """An amount in kroner that is no price: paid, credited or paid back."""

    default_error_messages = {"required": _("Write the amount.")}
    below_nought = _("The amount cannot be below 0.")


class JoinUrlField(forms.URLField):
    """The link to a meeting on the web; it may stay empty."""

    default_error_messages = {"invalid": _("This is not a web address. It begins with https://.")}

    def __init__(self):
        super().__init__(
            max_length=500,
            required=False,
            assume_scheme="https",
            label=_("Link to join"),
            help_text=_("Only those who have booked, and the trainers, get to see it."),
        )


class WordField(forms.CharField):
    """A few sentences: line breaks are kept, other control characters are refused."""

    widget = forms.Textarea(attrs={"rows": 4})
    default_error_messages = {
        "required": _("Fill in this field."),
        "control": _("There are characters here that cannot be shown. Take them out, or type the text again."),
    }

    def __init__(self, *, longest=1000, **kwargs):
        super().__init__(**kwargs)
        self.validators = [LongestText(longest)]

    def to_python(self, value):
        value = unicodedata.normalize("NFC", super().to_python(value)).replace("\r\n", "\n").replace("\r", "\n")
        if has_control_signs(value.replace("\n", "").replace("\t", "")):
            raise forms.ValidationError(self.error_messages["control"], code="control")
        return value
