from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .prices import PriceKind
from .prices import VatTreatment as Treatment


class Audience(models.TextChoices):
    """Whom a course is for; also a filter in the catalogue."""

    LEADERS = "leaders", _("Municipal leaders and politicians")
    SERVICES = "services", _("Staff in health, school, NAV and child welfare")
    CRISIS_CENTRES = "crisis_centres", _("Crisis centres and coordinators")


class Format(models.TextChoices):
    """How a session is held."""

    ON_SITE = "on_site", _("On site")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("On site and online")


class CourseQuerySet(models.QuerySet):
    def published(self):
        return self.filter(is_published=True)

    def visible_to(self, user):
        """Those a visitor may read: the published ones, and for campaign staff also the others."""
        if user.is_authenticated and user.is_campaign_staff and user.has_perm("courses.view_course"):
            return self.all()
        return self.published()

    def lacking_nynorsk(self):
        """Those where some text is not written in nynorsk; a task for staff, shown to readers as what it is."""
        lacks = Q(title_nn="") | Q(summary_nn="") | Q(description_nn="") | Q(aims_nn="")
        return self.filter(lacks)


class Course(models.Model):
    """What can be held: a course with its texts, audience, price and VAT treatment."""

    VatTreatment = Treatment

    class Invoicing(models.TextChoices):
        AT_ONCE = "at_once", _("As soon as the booking is confirmed")
        AFTER = "after", _("After the course")

    TEXTS = ("title", "summary", "description", "aims")

    slug = models.SlugField(_("address"), unique=True)
    title_nb = models.CharField(_("title in bokmål"), max_length=120)
    title_nn = models.CharField(_("title in nynorsk"), max_length=120, blank=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    summary_nb = models.CharField(_("summary in bokmål"), max_length=300)
    summary_nn = models.CharField(_("summary in nynorsk"), max_length=300, blank=True)
    summary_en = models.CharField(_("summary in English"), max_length=300, blank=True)
    description_nb = models.TextField(_("description in bokmål"))
    description_nn = models.TextField(_("description in nynorsk"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    aims_nb = models.TextField(_("aims in bokmål"), help_text=_("One aim on each line."))
    aims_nn = models.TextField(_("aims in nynorsk"), blank=True, help_text=_("One aim on each line."))
    aims_en = models.TextField(_("aims in English"), blank=True, help_text=_("One aim on each line."))
    audience = models.CharField(_("audience"), max_length=20, choices=Audience)
    length_hours = models.DecimalField(_("length in hours"), max_digits=4, decimal_places=1, null=True, blank=True)
    offers_on_site = models.BooleanField(_("can be held on site"), default=True)
    offers_online = models.BooleanField(_("can be held online"), default=False)
    offers_hybrid = models.BooleanField(_("can be held both ways at once"), default=False)
    price = models.DecimalField(
        _("price per seat in kroner"), max_digits=9, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    price_kind = models.CharField(_("what the price is for"), max_length=10, choices=PriceKind, default=PriceKind.SEAT)
    vat_treatment = models.CharField(_("VAT treatment"), max_length=10, choices=VatTreatment)
    invoicing = models.CharField(_("when it is invoiced"), max_length=10, choices=Invoicing, default=Invoicing.AFTER)
    participants_min = models.PositiveSmallIntegerField(_("fewest participants"), default=1)
    participants_max = models.PositiveSmallIntegerField(_("most participants"), default=30)
    late_cancellation_hours = models.PositiveSmallIntegerField(
        _("called off late from so many hours before the start"),
        default=48,
        validators=[MaxValueValidator(720)],
        help_text=_("Who calls off later than this is listed and counted as late; it says nothing about the price."),
    )
    attendance_required = models.PositiveSmallIntegerField(
        _("attendance for a course certificate, in percent"),
        default=80,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Share of the hours of all meetings."),
    )
    terms = models.JSONField(
        _("terms"),
        default=dict,
        blank=True,
        editable=False,
        help_text=_("Until when bookers may change and cancel by themselves, and what it costs."),
    )
    is_published = models.BooleanField(_("published"), default=False)
    is_demonstration = models.BooleanField(_("demonstration content"), default=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title_nb"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="course_price_not_negative"),
            models.CheckConstraint(
                condition=Q(participants_min__gte=1, participants_max__gte=F("participants_min")),
                name="course_participants_min_below_max",
            ),
            models.CheckConstraint(
                condition=Q(attendance_required__gte=1, attendance_required__lte=100),
                name="course_attendance_required_is_a_percentage",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("courses:course_detail", args=[self.slug])

    def text(self, field: str, language: str | None = None) -> str:
        """Return `title`, `summary`, `description` or `aims` in a language; bokmål where that is not written yet."""
        return getattr(self, f"{field}_{language or get_language()}", "") or getattr(self, f"{field}_nb")

    def text_language(self, field: str) -> str:
        """Return the language `text` gives a field in, so that pages can mark what is not in their own."""
        language = get_language()
        return language if getattr(self, f"{field}_{language}", "") else "nb"

    @property
    def title(self):
        return self.text("title")

    @property
    def summary(self):
        return self.text("summary")

    @property
    def description(self):
        return self.text("description")

    @property
    def aims(self):
        return self.text("aims").splitlines()

    @property
    def is_free(self):
        return self.price == 0 or self.price_kind == PriceKind.FREE

    @property
    def formats(self):
        """The ways it can be held, as words."""
        offers = zip(Format, (self.offers_on_site, self.offers_online, self.offers_hybrid), strict=True)
        return [way.label for way, is_offered in offers if is_offered]

    @property
    def is_partly_untranslated(self):
        """Whether a reader gets bokmål somewhere for lack of a text in the own language."""
        return any(self.text_language(field) != get_language() for field in self.TEXTS)


class DateAlertQuerySet(models.QuerySet):
    def standing(self):
        """Those nobody has stopped, confirmed or not."""
        return self.filter(stopped_at=None)

    def pending(self):
        return self.standing().filter(confirmed_at=None)

    def live(self):
        return self.standing().filter(confirmed_at__isnull=False)


class DateAlert(models.Model):
    """A visitor's wish to be told of new dates; confirmed by mail, stopped by one click."""

    email = models.EmailField(_("e-mail"))
    language = models.CharField(max_length=2, default="nb")
    course = models.ForeignKey(
        Course, null=True, blank=True, on_delete=models.CASCADE, related_name="date_alerts", verbose_name=_("course")
    )
    county = models.ForeignKey(
        "municipalities.County",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("county"),
    )
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField(
        default=timezone.now, help_text=_("Sessions opened up to this moment have been told of.")
    )

    objects = DateAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish for new dates")
        verbose_name_plural = _("wishes for new dates")
        constraints = [
            models.UniqueConstraint(
                "email",
                Coalesce("course", 0),
                Coalesce("county", models.Value("")),
                condition=Q(stopped_at=None),
                name="date_alert_once",
            ),
        ]

    def __str__(self):
        return f"{self.pk}"

    @property
    def is_live(self) -> bool:
        return self.confirmed_at is not None and self.stopped_at is None
