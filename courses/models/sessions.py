import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .assignments import Assignment
from .bookings import Booking
from .catalogue import Format
from .participants import Participant
from .prices import Priced, PriceKind


class SessionQuerySet(models.QuerySet):
    def upcoming(self, now=None):
        return self.filter(first_starts_at__gte=now or timezone.now()).order_by("first_starts_at", "pk")

    def announced(self):
        return self.exclude(state=Session.State.DRAFT).filter(course__is_published=True)

    def public(self):
        """Those anybody may see: announced, of a published course, and not closed to one municipality."""
        return self.announced().filter(closed_to=None)

    def open_to(self, municipality):
        """Those a municipality may book, once they take bookings: all but the ones held for others."""
        shared = Session.shared_with.through.objects.filter(municipality=municipality).values("session")
        return self.filter(Q(closed_to=None) | Q(closed_to=municipality) | Q(pk__in=shared))

    def visible_to(self, user):
        """Those a visitor may open.

        Anybody the public ones, confirmed members those closed to their municipality, trainers those they are
        asked to teach, campaign staff all.
        """
        if not user.is_authenticated or not user.is_active:
            return self.public()
        if user.is_campaign_staff and user.has_perm("courses.view_session"):
            return self.all()
        mine = user.memberships.confirmed().values("municipality")
        shared = Session.shared_with.through.objects.filter(municipality__in=mine).values("session")
        taught = Assignment.objects.standing().filter(trainer__user=user).values("session")
        return self.announced().filter(Q(closed_to=None) | Q(closed_to__in=mine) | Q(pk__in=shared) | Q(pk__in=taught))

    def for_trainer(self, trainer):
        """Those a trainer teaches; what was withdrawn is not theirs to see."""
        return self.filter(pk__in=Assignment.objects.standing().filter(trainer=trainer).values("session"))

    def bookable(self, now=None):
        """Those that take bookings now. A closed session is bookable by its municipality only."""
        return self.filter(state__in=Session.OPEN_STATES, first_starts_at__gt=now or timezone.now())

    def with_free_seats(self):
        """Those where a seat can be booked now."""
        return self.bookable().filter(seats_taken__lt=F("capacity") + F("seats_over"))

    def past(self, now=None):
        return self.filter(first_starts_at__lt=now or timezone.now()).order_by("-first_starts_at", "-pk")

    def left_open(self, now=None):
        """Those that are over, of which nobody has said yet whether they were held."""
        return self.filter(state__in=Session.OPEN_STATES, last_ends_at__lte=now or timezone.now())

    def with_staff_figures(self):
        """With their course and place, who teaches them, and how many of the booked seats have a name."""
        names = Participant.objects.active().filter(
            booking__session=OuterRef("pk"), booking__state__in=Booking.SEAT_STATES
        )
        count = names.order_by().values("booking__session").annotate(count=Count("pk")).values("count")
        teaching = Assignment.objects.standing().with_activity().select_related("trainer__user")
        return (
            self.select_related("course", "municipality__county", "closed_to")
            .annotate(named=Coalesce(Subquery(count), 0))
            .prefetch_related(Prefetch("assignments", teaching, to_attr="teaching"), "shared_with")
        )

    def with_seats_left(self):
        return self.annotate(seats_left=F("capacity") + F("seats_over") - F("seats_taken"))


class Session(Priced, models.Model):
    """One run of a course, with one or more meetings and a fixed number of seats."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        FULL = "full", _("Full")
        CONFIRMED = "confirmed", _("Confirmed")
        CANCELLED = "cancelled", _("Cancelled")
        HELD = "held", _("Held")

    # FULL is never stored: it is what an open or confirmed session shows when no seat is left.
    OPEN_STATES = (State.OPEN, State.CONFIRMED)

    course = models.ForeignKey(
        "courses.Course", on_delete=models.PROTECT, related_name="sessions", verbose_name=_("course")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    format = models.CharField(_("format"), max_length=10, choices=Format, default=Format.ON_SITE)
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("held in"),
        help_text=_("Empty for a session that is online only."),
    )
    closed_to = models.ForeignKey(
        "municipalities.Municipality",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("only for"),
        help_text=_("Empty when every municipality may book."),
    )
    shared_with = models.ManyToManyField(
        "municipalities.Municipality",
        blank=True,
        related_name="+",
        verbose_name=_("shared with"),
        help_text=_("The neighbours of a session that is held for several municipalities; the host is the one above."),
    )
    language = models.CharField(_("taught in"), max_length=2, choices=[("nb", _("Bokmål")), ("nn", _("Nynorsk"))])
    capacity = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1), MaxValueValidator(2000)])
    seats_over = models.PositiveSmallIntegerField(_("seats beyond capacity"), default=0, editable=False)
    seats_taken = models.PositiveSmallIntegerField(_("seats taken"), default=0, editable=False)
    price = models.DecimalField(
        _("price per seat in kroner"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty when it is the price of the course."),
    )
    price_kind = models.CharField(
        _("what the price is for"),
        max_length=10,
        choices=PriceKind,
        blank=True,
        help_text=_("Empty when it is as for the course."),
    )
    neutral_title = models.CharField(
        _("neutral title"),
        max_length=80,
        blank=True,
        help_text=_("Stands in mail and calendars instead of the course name. Empty gives “Course”."),
    )
    first_starts_at = models.DateTimeField(_("starts"), editable=False)
    last_ends_at = models.DateTimeField(_("ends"), editable=False)
    fair_share = models.BooleanField(
        _("fair share"),
        default=False,
        help_text=_("On the waiting list a municipality that has had no course goes first."),
    )
    leads_wanted = models.PositiveSmallIntegerField(_("lead trainers"), default=1, validators=[MaxValueValidator(9)])
    seconds_wanted = models.PositiveSmallIntegerField(
        _("second trainers"), default=0, validators=[MaxValueValidator(9)]
    )
    opened_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_words = models.JSONField(_("words when it was cancelled"), default=dict, blank=True, editable=False)
    is_demonstration = models.BooleanField(_("demonstration content"), default=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["first_starts_at", "pk"]
        indexes = [
            models.Index(fields=["first_starts_at", "id"], name="session_by_start"),
            models.Index(fields=["municipality", "first_starts_at"], name="session_by_place"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats_taken__lte=F("capacity") + F("seats_over")),
                name="session_seats_within_capacity",
            ),
            models.CheckConstraint(
                condition=Q(last_ends_at__gt=F("first_starts_at")), name="session_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(state="full"), name="session_full_is_never_stored"),
        ]

    def __str__(self):
        return f"{self.course} {timezone.localdate(self.first_starts_at):%d.%m.%Y}"

    def get_absolute_url(self):
        return reverse("courses:session_detail", args=[self.course.slug, self.pk])

    def get_staff_url(self):
        return reverse("courses:staff_session_detail", args=[self.pk])

    @property
    def discreet_title(self) -> str:
        """What mail and calendars say instead of the course name."""
        return self.neutral_title or str(_("Course"))

    @property
    def words_when_cancelled(self) -> str:
        """What staff wrote when they cancelled it, in the language that is read now; bokmål where that has none."""
        return self.cancel_words.get(get_language()) or next(iter(self.cancel_words.values()), "")

    @property
    def free_seats(self) -> int:
        return self.capacity + self.seats_over - self.seats_taken

    @property
    def shown_state(self) -> "Session.State":
        """The state a visitor sees: a session without free seats is full, one that is over is held."""
        if self.state in self.OPEN_STATES and self.free_seats <= 0:
            return self.State.FULL
        return self.State(self.state)

    def takes(self, municipality) -> bool:
        """Whether a municipality may book: any, unless the session is held for some."""
        if self.closed_to_id in {None, municipality.pk}:
            return True
        return self.shared_with.filter(pk=municipality.pk).exists()

    def guests(self) -> list:
        """The municipalities a closed session is held for, the host first; none when everybody may book."""
        return [self.closed_to, *self.shared_with.all()] if self.closed_to_id else []

    @property
    def held_for(self) -> str:
        """The same as text: Bodø, Gildeskål and Meløy."""
        return get_text_list([str(place) for place in self.guests()], _("and"))

    @property
    def is_changeable(self) -> bool:
        return self.state in {self.State.DRAFT, *self.OPEN_STATES}

    @property
    def is_bookable(self) -> bool:
        return self.state in self.OPEN_STATES and self.first_starts_at > timezone.now()

    @property
    def takes_trainers(self) -> bool:
        return self.state not in {self.State.CANCELLED, self.State.HELD} and self.last_ends_at > timezone.now()


def new_uid() -> str:
    """Return the calendar identity of a new meeting: random, on the neutral host, kept for life (design rule 4)."""
    return f"mote-{uuid.uuid4().hex}@{settings.NEUTRAL_HOST.partition(':')[0]}"


class Meeting(models.Model):
    """One interval of a session, with a place or a link."""

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        CANCELLED = "cancelled", _("Cancelled")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("session"))
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=150, blank=True)
    join_url = models.URLField(_("link to join"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    uid = models.CharField(max_length=150, unique=True, default=new_uid, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="meeting_ends_after_it_starts"),
        ]

    def __str__(self):
        return f"{timezone.localtime(self.starts_at):%d.%m.%Y %H:%M}"
