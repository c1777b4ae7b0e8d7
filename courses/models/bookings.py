from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .prices import PriceKind, VatTreatment


class BookingQuerySet(models.QuerySet):
    def taking_seats(self):
        return self.filter(state__in=Booking.SEAT_STATES)

    def live(self):
        return self.filter(state__in=Booking.LIVE_STATES)

    def awaiting_proof(self):
        """Those whose address has not proved itself yet."""
        return self.filter(state__in=[Booking.State.HELD, Booking.State.WAITING], held_until__isnull=False)

    def visible_to(self, user):
        """Those a signed-in person may open: staff with the right sees all, a member the own municipality's.

        Before a membership is confirmed one sees the bookings made with one's own address only (design rule 12).
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_campaign_staff and user.has_perm("courses.view_booking"):
            return self.all()
        return self.visible_to_member(user)

    def visible_to_member(self, user):
        """Those a person has to do with as a contact or a member of the municipality, whatever else one may see."""
        mine = Q(contact_email=user.email) | Q(second_email=user.email)
        places = user.memberships.confirmed().filter(unit=None).values("municipality")
        units = user.memberships.confirmed().filter(unit__isnull=False).values("unit")
        return self.filter(mine | Q(municipality__in=places) | Q(unit__in=units))

    def with_names(self):
        """Add how many seats have a name, as `named`."""
        return self.annotate(named=Count("participants", filter=Q(participants__state="active")))


class Booking(models.Model):
    """Seats for a municipality in a session, with a contact who answers for them."""

    class State(models.TextChoices):
        HELD = "held", _("Held until the address is confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        WAITING = "waiting", _("On the waiting list")
        OFFERED = "offered", _("Offered seats")
        CANCELLED = "cancelled", _("Called off")
        EXPIRED = "expired", _("Expired")

    SEAT_STATES = (State.HELD, State.CONFIRMED, State.OFFERED)
    LIVE_STATES = (*SEAT_STATES, State.WAITING)

    session = models.ForeignKey(
        "courses.Session", on_delete=models.PROTECT, related_name="bookings", verbose_name=_("session")
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality", on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    unit = models.ForeignKey(
        "municipalities.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("unit"),
    )
    unit_name = models.CharField(_("workplace"), max_length=150, blank=True)
    payer = models.ForeignKey(
        "municipalities.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("payer"),
    )
    invoice_reference = models.CharField(_("invoice reference"), max_length=60, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True)
    seat_price = models.DecimalField(_("price per seat in kroner"), max_digits=9, decimal_places=2, default=0)
    # The rest of the price as it was when the booking was made; see `services/prices.py`.
    price_kind = models.CharField(max_length=10, choices=PriceKind, default=PriceKind.SEAT, editable=False)
    fixed_price = models.DecimalField(
        _("price of the whole in kroner"), max_digits=9, decimal_places=2, default=0, editable=False
    )
    funded_seats = models.PositiveSmallIntegerField(_("seats others pay for"), default=0, editable=False)
    vat_treatment = models.CharField(max_length=10, choices=VatTreatment, blank=True, editable=False)
    terms = models.JSONField(_("terms"), default=dict, blank=True, editable=False)
    # The share of the price that had been reached when the booking was moved; see `services/terms.py`.
    least_percent = models.PositiveSmallIntegerField(_("least fee in per cent"), default=0, editable=False)
    contact_name = models.CharField(_("name"), max_length=120)
    contact_email = models.EmailField(_("work e-mail"))
    contact_phone = models.CharField(_("phone"), max_length=20)
    contact_role = models.CharField(_("role"), max_length=120, blank=True)
    second_name = models.CharField(_("second contact"), max_length=120, blank=True)
    second_email = models.EmailField(_("second contact's e-mail"), blank=True)
    language = models.CharField(_("language of messages"), max_length=2, default="nb")
    shows_course_name = models.BooleanField(_("show the course name in mail and calendar"), default=False)
    request_key = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    is_demonstration = models.BooleanField(default=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["contact_email"], name="booking_by_contact"),
            models.Index(fields=["held_until"], condition=Q(state__in=["held", "waiting"]), name="booking_held_until"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="booking_at_least_one_seat"),
            models.CheckConstraint(condition=Q(seat_price__gte=0), name="booking_price_not_negative"),
            models.CheckConstraint(condition=Q(fixed_price__gte=0), name="booking_fixed_price_not_negative"),
            models.CheckConstraint(condition=Q(least_percent__lte=100), name="booking_least_fee_is_a_percentage"),
            models.CheckConstraint(
                condition=~Q(state="held") | Q(held_until__isnull=False), name="booking_held_has_a_deadline"
            ),
        ]

    receipt = ""  # the token of its first page, only where the booking has just been made; never stored

    def __str__(self):
        return f"{self.pk}"

    @property
    def staff_address(self) -> str:
        return reverse("courses:staff_booking_detail", args=[self.pk])

    @property
    def takes_seats(self) -> bool:
        return self.state in self.SEAT_STATES

    @property
    def is_in_line(self) -> bool:
        """Whether the group stands on the waiting list, or has been offered seats from it."""
        return self.state in {self.State.WAITING, self.State.OFFERED}

    @property
    def takes_names(self) -> bool:
        """Whether its seats may be given names: they are the group's, or held while its address proves itself."""
        return self.state in {self.State.HELD, self.State.CONFIRMED}

    @property
    def awaits_proof(self) -> bool:
        """Whether the link in its mail has still to be opened, so that the address proves itself."""
        return self.state in {self.State.HELD, self.State.WAITING} and self.held_until is not None

    @property
    def is_live(self) -> bool:
        """Whether something may still come of it."""
        return self.state in self.LIVE_STATES

    def shows_course_to(self, email: str) -> bool:
        """Whether mail and calendar of an address name the course: a participant's own choice beats the booking's."""
        own = self.participants.filter(shows_course_name__isnull=False).exclude(email="").order_by("-pk")
        chosen = own.filter(email=email).values_list("shows_course_name", flat=True).first()
        return self.shows_course_name if chosen is None else chosen

    @property
    def has_price(self) -> bool:
        """Whether its seats, or the whole of it, have a price, whoever pays."""
        return bool(self.seat_price or self.fixed_price)

    @property
    def is_charged(self) -> bool:
        """Whether it costs anything at all; a free booking never meets an invoice."""
        return bool(self.fixed_price or (self.seat_price and self.seats > self.funded_seats))

    def paid_seats(self, seats: int | None = None) -> int:
        """How many of the seats the payer pays for; the others are funded."""
        return max((self.seats if seats is None else seats) - self.funded_seats, 0)

    def price_of(self, seats: int):
        """What so many seats of it cost in kroner before any VAT; the fixed price as long as there is one."""
        return self.paid_seats(seats) * self.seat_price + (self.fixed_price if seats else 0)

    @property
    def total_price(self):
        """What it costs in kroner, before any VAT; nothing once the seats are given back or the session is off."""
        is_off = self.session.state == self.session.State.CANCELLED
        return self.price_of(self.seats) if self.is_live and not is_off else 0


class ConfirmedAddress(models.Model):
    """A mail address that has proved itself once, by opening the link in a mail sent to it (design rule 13)."""

    email = models.EmailField(unique=True)
    confirmed_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.pk}"


class HandOver(models.Model):
    """A contact's wish to give a booking to a colleague, who takes it over by opening the link in the mail."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="hand_overs")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("work e-mail"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    taken_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(ended_at=None), name="hand_over_one_waiting_per_booking"
            ),
        ]

    def __str__(self):
        return f"{self.booking_id} {self.pk}"
