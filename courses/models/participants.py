from datetime import timedelta

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .bookings import Booking
from .certificates import Certificate

HANDED_OUT_WITHIN = timedelta(days=28)


class ParticipantQuerySet(models.QuerySet):
    def active(self):
        return self.filter(state=Participant.State.ACTIVE)

    def expected_at(self, session):
        """Those who have a named seat in a session, in the order of a list of names."""
        return (
            self.active()
            .filter(booking__session=session, booking__state__in=Booking.SEAT_STATES)
            .select_related("booking__municipality", "booking__unit")
            .in_listed_order()
        )

    def in_listed_order(self):
        """By the name that stands on lists, so that the order does not tell what a protected name begins with."""
        return self.order_by(Case(When(alias="", then=F("name")), default=F("alias")), "pk")

    def with_certificate_to_hand_out(self):
        """Add whether the contact is to hand over a certificate on paper, as `has_certificate`.

        That is so for those who gave no address. Once addresses are erased nobody can tell, so it ends before that.
        Nobody but the owner fetches the certificate of a protected name, since it may carry the real one.
        """
        to_hand_out = Certificate.objects.standing().filter(participant=OuterRef("pk"))
        recently = timezone.now() - HANDED_OUT_WITHIN
        return self.annotate(
            has_certificate=Exists(
                to_hand_out.filter(participant__email="", participant__alias="", session__last_ends_at__gt=recently)
            )
        )


class Participant(models.Model):
    """A named seat of a booking."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Takes part")
        REPLACED = "replaced", _("Replaced by a colleague")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    PERSONAL = ("name", "email", "workplace", "role", "alias", "certificate_name")

    class NamedBy(models.TextChoices):
        BOOKER = "booker", _("The booker")
        SELF = "self", _("The participant")
        STAFF = "staff", _("Campaign staff")

    booking = models.ForeignKey(
        "courses.Booking", on_delete=models.PROTECT, related_name="participants", verbose_name=_("booking")
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("work e-mail"), blank=True)
    workplace = models.CharField(_("workplace"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=120, blank=True)
    alias = models.CharField(_("name others see"), max_length=120, blank=True)
    certificate_name = models.CharField(_("name on the course certificate"), max_length=120, blank=True)
    shows_course_name = models.BooleanField(_("show the course name in mail and calendar"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    named_by = models.CharField(max_length=10, choices=NamedBy, default=NamedBy.BOOKER)
    replaces = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by")
    request_key = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["email"], name="participant_email")]
        permissions = [("view_protected_name", "Can see who a protected participant is")]

    def __str__(self):
        return f"{self.pk}"

    @property
    def is_protected(self) -> bool:
        """Whether somebody has asked that nobody else learns the name: an alias stands everywhere instead."""
        return bool(self.alias)

    @property
    def listed_name(self) -> str:
        """The name that stands on lists other people see; the one place that decides it."""
        return self.alias or self.name or str(_("(name erased)"))

    @property
    def listed_email(self) -> str:
        return "" if self.is_protected else self.email

    @property
    def listed_workplace(self) -> str:
        return "" if self.is_protected else self.workplace

    @property
    def listed_role(self) -> str:
        return "" if self.is_protected else self.role

    @property
    def name_on_certificate(self) -> str:
        """The name a certificate is issued to: whoever is protected chooses it, and the alias until then."""
        return self.certificate_name or self.listed_name

    @property
    def shows_course(self) -> bool:
        """Whether mail and calendar name the course: as the participant chose, else as the booker did."""
        return self.booking.shows_course_name if self.shows_course_name is None else self.shows_course_name
