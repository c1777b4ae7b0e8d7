"""What a booker and staff put in about a booking."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from courses.exceptions import CoursesError
from courses.services.catalogue import session_texts, with_language
from courses.services.guards import refuse_unbookable
from courses.services.prices import price_mark, price_text, refuse_changed_price
from courses.services.stripe_client import is_on
from municipalities.fields import MunicipalityChoiceField
from municipalities.models import Unit
from taushet.fields import (
    CleanCharField,
    OrganisationNumberField,
    PersonNameField,
    PhoneField,
    WholeNumberField,
    WorkEmailField,
)
from taushet.forms.request_keys import RequestKeyForm
from taushet.templatetags.ui import Unbroken

from .adaptations import without_the_tick
from .payers import (
    ReferenceField,
    known_payer,
    no_reference,
    organisation_of,
    own_unit,
    what_reference_is,
    wrong_reference,
)


class SeatsField(WholeNumberField):
    """A number of seats, at least one; how many are free is said by the one door to them."""

    default_error_messages = {
        "required": _("Write how many seats you need."),
        "invalid": _("Write the number of seats with digits, such as 4."),
    }

    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=2000, **kwargs)


def about_session(session_id: int) -> str:
    """Return what the request key of a session's booking form is about."""
    return f"session-{session_id}"


class BookingForm(RequestKeyForm):
    """Seats in one session for a municipality, with a contact and, when it costs money, a payer."""

    class Payer:
        MUNICIPALITY = "municipality"
        OTHER = "other"
        CHOICES = [(MUNICIPALITY, _("The municipality itself")), (OTHER, _("Somebody else"))]

    class PaysBy:
        INVOICE = "invoice"
        CARD = "card"
        CHOICES = [
            (INVOICE, _("By invoice")),
            (CARD, _("By card, on the page of the booking, once the seats are booked")),
        ]

    municipality = MunicipalityChoiceField(label=_("Municipality you book for"))
    seats = SeatsField(label=_("Number of seats"))
    contact_name = PersonNameField(label=_("Your name"), max_length=120)
    contact_email = WorkEmailField(label=_("Work e-mail"), help_text=_("The link to the booking is sent here."))
    contact_phone = PhoneField(label=_("Phone"))
    contact_role = CleanCharField(
        label=_("Your role"), max_length=120, required=False, help_text=_("For example SLT coordinator or sector head.")
    )
    unit_name = CleanCharField(
        label=_("Workplace"), max_length=150, required=False, help_text=_("For example the NAV office or the school.")
    )
    takes_part = forms.BooleanField(label=_("I take part myself"), required=False)
    pays_by = forms.ChoiceField(
        label=_("How do you pay?"),
        choices=PaysBy.CHOICES,
        widget=forms.RadioSelect,
        initial=PaysBy.INVOICE,
        error_messages={"required": _("Choose how you pay."), "invalid_choice": _("Choose how you pay.")},
    )
    payer_kind = forms.ChoiceField(
        label=_("Who pays?"),
        choices=Payer.CHOICES,
        widget=forms.RadioSelect,
        initial=Payer.MUNICIPALITY,
        error_messages={"required": _("Choose who pays."), "invalid_choice": _("Choose who pays.")},
    )
    payer_name = CleanCharField(label=_("Name of the payer"), max_length=150, required=False)
    payer_organisation_number = OrganisationNumberField(label=_("Organisation number of the payer"), required=False)
    invoice_reference = ReferenceField(
        help_text=_("What your accounts office wants on the invoice, such as a resource number or an order number."),
    )
    reference_later = forms.BooleanField(
        label=_("We send the reference later"),
        required=False,
        help_text=_("We remind you before the invoice is made."),
    )
    shows_course_name = forms.BooleanField(
        label=_("Show the name of the course in e-mail and calendar"),
        required=False,
    )
    shown_price = forms.CharField(widget=forms.HiddenInput, required=False)  # nobody books at a price not seen
    another = forms.BooleanField(label=_("This is another booking, besides that one"), required=False)

    made_before = ""  # where the booking is that was just made of nearly the same words
    offers_waiting = False  # whether the group may stand in line instead, since it is larger than what is free
    PAYER_FIELDS = (
        *("pays_by", "payer_kind", "payer_name", "payer_organisation_number"),
        *("invoice_reference", "reference_later"),
    )
    takes_cards = True  # where cards are taken at all, the booker says first how to pay

    def __init__(self, data=None, *, session, visitor=None, **kwargs):
        self.price_seen = "" if data is None else data.get("shown_price", "")
        super().__init__(data, about=about_session(session.pk), **kwargs)
        self.show_price_of(session)
        self.fields["shows_course_name"].help_text = without_the_tick(session)
        for name in ("payer_name", "payer_organisation_number"):
            self.fields[name].is_said_plainly = True  # both are needed where they are shown
        if not session.full_price:
            for name in self.PAYER_FIELDS:
                del self.fields[name]
        elif not (self.takes_cards and is_on()):
            del self.fields["pays_by"]
        if visitor is not None and visitor.is_authenticated and not self.is_bound:
            self.initial = known_about(visitor) | self.initial
        if "invoice_reference" in self.fields:
            self.say_what_the_payer_wants()

    def say_what_the_payer_wants(self):
        """Say beside the reference what a payer that is known already has said of its own, without any script."""
        place = str(self.data.get("municipality") if self.is_bound else self.initial.get("municipality"))
        if self.data.get("payer_kind") == self.Payer.OTHER or not place.isdecimal():
            return
        unit = Unit.objects.filter(municipality=place[:4], kind=Unit.Kind.MUNICIPALITY).first()
        if hint := what_reference_is(unit):
            field = self.fields["invoice_reference"]
            field.help_text = format_lazy("{} {}", field.help_text, hint)

    def show_price_of(self, session):
        """Let the form say what a session costs now; whoever sends it has seen that."""
        self.session = session
        self.fields["shown_price"].initial = price_mark(session)
        if self.is_bound:
            self.data["shown_price"] = price_mark(session)

    def clean_shown_price(self):
        try:
            refuse_changed_price(self.session, self.price_seen)
        except CoursesError as error:
            raise forms.ValidationError(str(error)) from error
        return self.price_seen

    def clean(self):
        data = super().clean()
        if data.get("payer_kind") == self.Payer.OTHER:
            self.require("payer_name", _("Write who pays."))
            self.require("payer_organisation_number", _("Write the payer’s organisation number."))
        elif data.get("payer_kind") == self.Payer.MUNICIPALITY:
            # What was typed about somebody else does not count, and its fields are not shown.
            for name in ("payer_name", "payer_organisation_number"):
                self.errors.pop(name, None)
                data[name] = ""
        if "payer_kind" in self.fields:
            self.check_payer(data)
        return data

    def check_payer(self, data):
        """Look the payer up, and compare the reference with how the payer writes it."""
        number = data.get("payer_organisation_number", "")
        is_other = data.get("payer_kind") == self.Payer.OTHER
        payer = known_payer(number) if is_other else own_unit(data.get("municipality"))
        if is_other and number and payer is None:
            try:
                data["payer_found"] = organisation_of(number)
            except forms.ValidationError as error:
                self.add_error("payer_organisation_number", error)
        reference = data.get("invoice_reference")
        if data.pop("reference_later", False) or data.pop("pays_by", "") == self.PaysBy.CARD:
            self.errors.pop("invoice_reference", None)
            data["invoice_reference"] = ""
        elif self.has_error("invoice_reference", "required"):
            del self.errors["invoice_reference"]
            self.add_error("invoice_reference", no_reference(payer))
        elif reference and (sentence := wrong_reference(payer, reference)):
            self.add_error("invoice_reference", sentence)

    def require(self, name, sentence):
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)

    @property
    def why_closed(self) -> str:
        """Why the session takes no booking now, in a sentence; empty when it does."""
        try:
            refuse_unbookable(self.session)
        except CoursesError as refusal:
            return str(refusal)
        return ""

    @property
    def is_full(self) -> bool:
        """Whether no seat is free, so that one can only stand in line."""
        return self.session.free_seats <= 0

    @property
    def is_blank(self) -> bool:
        """Whether nobody has typed anything and we know nothing, so that it looks alike to all."""
        return not self.is_bound and not self.initial

    @property
    def who_pays(self):
        """The visible payer fields, to be laid out together."""
        return [self[name] for name in self.PAYER_FIELDS if name in self.fields]


def known_about(visitor) -> dict:
    """Return what somebody who is signed in need not type."""
    membership = visitor.memberships.filter(ended_at=None).order_by("-confirmed_at", "pk").first()
    known = {"contact_name": visitor.name, "contact_email": visitor.email}
    return known | {"municipality": membership.municipality_id} if membership else known


class StaffBookingForm(BookingForm):
    """A booking that staff makes on behalf of a municipality, if need be beyond the capacity."""

    takes_cards = False

    contact_name = PersonNameField(label=_("Contact’s name"), max_length=120)
    contact_email = WorkEmailField(label=_("Contact’s work e-mail"))
    contact_phone = PhoneField(label=_("Contact’s phone"))
    contact_role = CleanCharField(label=_("Contact’s role"), max_length=120, required=False)
    takes_part = forms.BooleanField(label=_("The contact takes part"), required=False)
    language = forms.ChoiceField(
        label=_("Language of the messages"), choices=[("nb", _("Bokmål")), ("nn", _("Nynorsk")), ("en", _("English"))]
    )
    another = None  # who is signed in as staff books for whom they want
    reason = CleanCharField(
        label=_("Reason to go beyond the number of seats"),
        max_length=200,
        required=False,
        help_text=_("Only when the seats do not suffice. It is kept in the log."),
    )


class SeatsForm(forms.Form):
    """Another number of seats for a booking."""

    seats = SeatsField(label=_("Number of seats"))


class WishForm(forms.Form):
    """Another number of seats to wait for."""

    wanted = SeatsField(label=_("Seats you wait for"))


class LetInForm(forms.Form):
    """Why a group gets its seats out of turn."""

    reason = CleanCharField(
        label=_("Why out of turn?"), max_length=200, help_text=_("It is kept in the log, and shown to nobody else.")
    )


class MoveForm(forms.Form):
    """The date a booking goes to; `dates` are sessions with `seats_left`."""

    session = forms.ModelChoiceField(
        queryset=None,
        label=_("New date"),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": _("Choose a date."),
            "invalid_choice": _("There is no longer room for all of you on this date. Choose another one."),
        },
    )

    def __init__(self, data=None, *, dates):
        super().__init__(data)
        self.fields["session"].queryset = dates
        self.fields["session"].label_from_instance = self.describe

    @staticmethod
    def describe(session):
        texts = session_texts(session)
        price = price_text(session)
        occasion = with_language(texts["occasion"], session.language)
        return Unbroken(f"{occasion} ({texts['seats']}, {price})")
