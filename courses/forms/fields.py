"""Days and times of day, as staff and visitors put them in."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _


class DayField(forms.DateField):
    """A date chosen in the browser's own calendar, or typed as 12.03.2027."""

    default_error_messages = {
        "required": _("Choose a date."),
        "invalid": _("This is not a date. Write it as 12.03.2027."),
    }
    default_validators = [
        MinValueValidator(date(2000, 1, 1), _("Choose a date after 1999.")),
        MaxValueValidator(date(2099, 12, 31), _("Choose a date before 2100.")),
    ]
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"], **kwargs)


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
