"""Prices and times of day, as staff and visitors put them in."""

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _


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

    def __init__(self, **kwargs):
        super().__init__(max_digits=9, decimal_places=2, localize=True, **kwargs)
        self.validators.append(MinValueValidator(0, _("The price cannot be below 0.")))
