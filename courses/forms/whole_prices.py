"""Who pays for the whole of a session once its payer has left."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .fields import PriceField

NOBODY = "nobody"


class WholePriceForm(forms.Form):
    """The booking that takes the price over, or nobody."""

    payer = forms.ChoiceField(
        label=_("Who pays?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who pays."), "invalid_choice": _("Choose who pays.")},
    )
    amount = PriceField(
        label=_("Amount in kroner, without VAT"),
        help_text=_("What is left of the price when the fees of those who cancelled are taken off."),
    )

    def __init__(self, *args, bookings, **kwargs):
        super().__init__(*args, **kwargs)
        self.bookings = {str(booking.pk): booking for booking in bookings}
        names = [
            (
                number,
                _("Booking %(number)s, %(payer)s") % {"number": number, "payer": booking.payer or booking.municipality},
            )
            for number, booking in self.bookings.items()
        ]
        self.fields["payer"].choices = [*names, (NOBODY, _("Nobody. The others go on paying nothing."))]
        if self.is_bound and self.data.get("payer") == NOBODY:
            self.fields["amount"].required = False

    @property
    def booking(self):
        """The one that was chosen; None for nobody."""
        return self.bookings.get(self.cleaned_data["payer"])
