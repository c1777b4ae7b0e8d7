from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .catalogue import Format
from .requests import CourseRequest


class RequestOfferQuerySet(models.QuerySet):
    def standing(self):
        """Those that can still be answered, as far as anybody has said."""
        return self.filter(state=RequestOffer.State.OFFERED)

    def due(self, now=None):
        """Those whose time to answer is over."""
        return self.standing().filter(answer_by__lte=now or timezone.now())


class RequestOffer(models.Model):
    """A date with a trainer that we offer in answer to a request, for as long as its deadline says."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Waits for an answer")
        ACCEPTED = "accepted", _("Accepted")
        PASSED_OVER = "passed_over", _("Not chosen")
        TAKEN_BACK = "taken_back", _("Taken back by us")
        LAPSED = "lapsed", _("Lapsed")
        GONE = "gone", _("The trainer was no longer free")

    request = models.ForeignKey(CourseRequest, on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OFFERED)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    trainer = models.ForeignKey(
        "courses.Trainer", on_delete=models.PROTECT, related_name="+", verbose_name=_("trainer")
    )
    format = models.CharField(_("format"), max_length=10, choices=Format)
    place = models.CharField(_("place"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=150, blank=True)
    join_url = models.URLField(_("link to join"), max_length=500, blank=True)
    seats = models.PositiveSmallIntegerField(_("seats"))
    seat_price = models.DecimalField(_("price per seat in kroner"), max_digits=9, decimal_places=2)
    override_reason = models.CharField(_("why even so"), max_length=300, blank=True)
    answer_by = models.DateTimeField(_("answer before"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = RequestOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of a course at home")
        verbose_name_plural = _("offers of a course at home")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["answer_by"], condition=Q(state="offered"), name="request_offer_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(state="accepted"), name="request_one_accepted_offer"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="request_offer_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(answer_by__lte=F("starts_at")), name="request_offer_answered_before_it_starts"
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="request_offer_at_least_one_seat"),
            models.CheckConstraint(condition=Q(seat_price__gte=0), name="request_offer_price_not_negative"),
        ]

    def __str__(self):
        return f"{self.request_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def answer_on(self):
        """The last day on which it can be answered."""
        return timezone.localdate(self.answer_by - timedelta(seconds=1))

    @property
    def can_be_answered(self) -> bool:
        return self.state == self.State.OFFERED and self.answer_by > timezone.now()


class RequestEvent(models.Model):
    """One thing that happened to a request, as both sides see it; never changed, but its word is erased in time."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("Asked for a course at home")
        CONFIRMED = "confirmed", _("Confirmed the e-mail address")
        OFFERED = "offered", _("Offered a date")
        TAKEN_BACK = "taken_back", _("Took an offer back")
        LAPSED = "lapsed", _("An offer lapsed")
        GONE = "gone", _("A date could no longer be had")
        ASKED_AGAIN = "asked_again", _("Asked for other dates")
        ACCEPTED = "accepted", _("Accepted a date")
        DECLINED = "declined", _("Said that we cannot")
        WITHDRAWN = "withdrawn", _("Withdrew the request")

    class Side(models.TextChoices):
        REQUESTER = "requester", _("The municipality")
        STAFF = "staff", _("The campaign")
        CLOCK = "clock", _("By itself")

    request = models.ForeignKey(CourseRequest, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    side = models.CharField(max_length=10, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(RequestOffer, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    word = models.TextField(max_length=1000, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.request_id} {self.kind}"
