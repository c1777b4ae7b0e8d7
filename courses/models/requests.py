from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from taushet.workdays import add_workdays, workdays_before

from .catalogue import Audience, Format


class CourseRequestQuerySet(models.QuerySet):
    def proved(self):
        """Those whose address has proved itself, the ones staff works with."""
        return self.exclude(state__in=[CourseRequest.State.UNPROVED, CourseRequest.State.EXPIRED])

    def visible_to(self, user):
        """Those a signed-in person may open: campaign staff the proved ones. A requester comes by the secret link."""
        if user.is_authenticated and user.is_campaign_staff and user.has_perm("courses.view_courserequest"):
            return self.proved()
        return self.none()

    def waiting(self):
        """Those where the next word is ours, the longest waiting first."""
        return self.filter(state=CourseRequest.State.WAITING).order_by("waiting_since", "pk")

    def overdue(self, today=None):
        """Those nobody has answered in five working days."""
        last = workdays_before(today or timezone.localdate(), CourseRequest.ANSWERED_WITHIN)
        return self.waiting().filter(waiting_since__date__lte=last)

    def with_size(self):
        """Add how many people are to take part, from all municipalities together, as `size`."""
        return self.annotate(size=Sum("parties__seats"))


class CourseRequest(models.Model):
    """That a municipality, alone or with neighbours, asks for a course at home."""

    class State(models.TextChoices):
        UNPROVED = "unproved", _("Waits for the address to be confirmed")
        WAITING = "waiting", _("Waits for us")
        OFFERED = "offered", _("Waits for the municipality")
        ACCEPTED = "accepted", _("Agreed")
        DECLINED = "declined", _("We cannot")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Never confirmed")

    class Payer(models.TextChoices):
        EACH = "each", _("Each municipality pays for its own seats")
        HOST = "host", _("The municipality where it is held pays for all")
        COMPANY = "company", _("An inter-municipal company")
        FOUNDATION = "foundation", _("A foundation")

    OPEN_STATES = (State.WAITING, State.OFFERED)
    ANSWERED_WITHIN = 5  # working days

    course = models.ForeignKey(
        "courses.Course", on_delete=models.PROTECT, related_name="requests", verbose_name=_("course")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UNPROVED)
    format = models.CharField(_("format"), max_length=10, choices=Format)
    place = models.CharField(_("place"), max_length=150, blank=True)
    audience = models.CharField(_("for whom"), max_length=20, choices=Audience)
    taught_in = models.CharField(_("taught in"), max_length=2, choices=[("nb", _("Bokmål")), ("nn", _("Nynorsk"))])
    payer_kind = models.CharField(_("payer"), max_length=12, choices=Payer, default=Payer.EACH)
    payer_name = models.CharField(_("name of the payer"), max_length=150, blank=True)
    payer_organisation_number = models.CharField(_("organisation number of the payer"), max_length=9, blank=True)
    invoice_reference = models.CharField(_("invoice reference"), max_length=60, blank=True)
    contact_name = models.CharField(_("name"), max_length=120)
    contact_email = models.EmailField(_("work e-mail"))
    contact_phone = models.CharField(_("phone"), max_length=20)
    contact_role = models.CharField(_("role"), max_length=120, blank=True)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    language = models.CharField(_("language of messages"), max_length=2, default="nb")
    session = models.OneToOneField(
        "courses.Session",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="request",
        verbose_name=_("session"),
    )
    request_key = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    is_demonstration = models.BooleanField(default=False)

    objects = CourseRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a course")
        verbose_name_plural = _("requests for a course")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["waiting_since"], condition=Q(state="waiting"), name="course_request_waiting"),
            models.Index(fields=["contact_email"], name="course_request_by_contact"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(waiting_since__isnull=False), name="course_request_waiting_since"
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", session__isnull=False) | (~Q(state="accepted") & Q(session=None)),
                name="course_request_session_when_accepted",
            ),
            models.CheckConstraint(
                condition=~Q(payer_kind__in=["company", "foundation"]) | ~Q(payer_organisation_number=""),
                name="course_request_payer_has_a_number",
            ),
        ]

    def __str__(self):
        return f"{self.pk}"

    def get_staff_url(self):
        return reverse("courses:staff_request_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES

    @property
    def people(self) -> int:
        """How many are to take part, from all municipalities together."""
        return sum(party.seats for party in self.parties.all())

    @property
    def host(self):
        """The municipality that asks and where the course is to be held."""
        return next(party.municipality for party in self.parties.all() if party.is_host)

    @property
    def places(self) -> str:
        """The municipalities as text, the host first."""
        return get_text_list([str(party.municipality) for party in self.parties.all()], _("and"))

    @property
    def answer_due_on(self):
        """The day by which we answer."""
        return add_workdays(timezone.localdate(self.waiting_since), self.ANSWERED_WITHIN)


class RequestParty(models.Model):
    """One of the municipalities of a request, with how many of its people are to take part."""

    request = models.ForeignKey(CourseRequest, on_delete=models.PROTECT, related_name="parties")
    municipality = models.ForeignKey(
        "municipalities.Municipality", on_delete=models.PROTECT, related_name="+", verbose_name=_("municipality")
    )
    seats = models.PositiveSmallIntegerField(_("participants"))
    is_host = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_host", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "municipality"], name="request_party_once"),
            models.UniqueConstraint(fields=["request"], condition=Q(is_host=True), name="request_one_host"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="request_party_at_least_one"),
        ]

    def __str__(self):
        return f"{self.request_id} {self.municipality_id}"


class PartOfDay(models.TextChoices):
    """When on a day a course may be held."""

    ANY = "any", _("Any time of the day")
    MORNING = "morning", _("Before noon")
    AFTERNOON = "afternoon", _("After noon")
    EVENING = "evening", _("In the evening")


class RequestWindow(models.Model):
    """Days, and a part of the day, that would suit those who ask."""

    request = models.ForeignKey(CourseRequest, on_delete=models.PROTECT, related_name="windows")
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    part = models.CharField(_("part of the day"), max_length=10, choices=PartOfDay, default=PartOfDay.ANY)

    class Meta:
        ordering = ["first_on", "last_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="request_window_in_order"),
        ]

    def __str__(self):
        return f"{self.request_id} {self.first_on}"


class RequestMessage(models.Model):
    """That a message belongs to a request."""

    request = models.ForeignKey(CourseRequest, on_delete=models.PROTECT, related_name="messages")
    message = models.OneToOneField("taushet.Message", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.request_id} {self.message_id}"
