"""What staff ask the list of bookings, and for whom they book."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from courses.models import Booking
from courses.services.booking_lists import telling
from municipalities.fields import MunicipalityChoiceField
from taushet.fields import CleanCharField

from .catalogue import OneOf


class StaffBookingFilterForm(forms.Form):
    """Narrows the list of all bookings; every field may stay empty, and one that is wrong narrows nothing."""

    PERIODS = {"": _("Still to come"), "past": _("Been"), "all": _("All")}

    q = CleanCharField(
        label=_("Number, name or e-mail"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    municipality = MunicipalityChoiceField(required=False, empty_label=_("All municipalities"))
    state = OneOf(label=_("State"), choices=Booking.State.choices)
    period = forms.ChoiceField(required=False, label=_("When"), choices=PERIODS)

    def narrow(self, bookings, user):
        """Return those that fit what a user asked, the next course first; of past ones the last."""
        self.full_clean()
        asked, now = self.cleaned_data, timezone.now()
        if asked.get("q"):
            bookings = bookings.filter(telling(asked["q"], user))
        if asked.get("municipality"):
            bookings = bookings.filter(municipality=asked["municipality"])
        if asked.get("state"):
            bookings = bookings.filter(state=asked["state"])
        if asked.get("period") == "all":
            return bookings.order_by("-session__first_starts_at", "-pk")
        if asked.get("period") == "past":
            return bookings.filter(session__last_ends_at__lt=now).order_by("-session__first_starts_at", "-pk")
        return bookings.filter(session__last_ends_at__gte=now).order_by("session__first_starts_at", "session", "pk")


class BookingForForm(forms.Form):
    """The municipality that staff book for."""

    municipality = MunicipalityChoiceField(
        required=False, label=_("Municipality you book for"), empty_label=_("Choose later")
    )

    @property
    def chosen(self):
        """The municipality that was chosen, or None."""
        return self.cleaned_data.get("municipality") if self.is_valid() else None
