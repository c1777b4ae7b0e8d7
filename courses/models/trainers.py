from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from taushet.roles import TRAINER


class TrainerQuerySet(models.QuerySet):
    def active(self):
        """Those who may teach now: neither the trainer, the person nor the role has been closed."""
        return self.filter(is_active=True, user__is_active=True, user__groups__name=TRAINER)

    def joined(self):
        """Those who have been here and gone through their profile, so that they can be counted on to answer."""
        return self.filter(is_new=False, user__last_login__isnull=False)


class Trainer(models.Model):
    """A person who teaches: which courses, where, in which form of Norwegian, how much, and for what fee."""

    class CalendarBy(models.TextChoices):
        FEED = "feed", _("A calendar I subscribe to")
        INVITATIONS = "invitations", _("Invitations by e-mail")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trainer", verbose_name=_("person")
    )
    courses = models.ManyToManyField("courses.Course", blank=True, related_name="trainers", verbose_name=_("may teach"))
    second_courses = models.ManyToManyField(
        "courses.Course", blank=True, related_name="second_trainers", verbose_name=_("may teach as the second trainer")
    )
    counties = models.ManyToManyField(
        "municipalities.County", blank=True, related_name="+", verbose_name=_("travels to")
    )
    teaches_nb = models.BooleanField(_("teaches in bokmål"), default=True)
    teaches_nn = models.BooleanField(_("teaches in nynorsk"), default=False)
    home = models.ForeignKey(
        "municipalities.Municipality",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("lives in"),
    )
    most_a_week = models.PositiveSmallIntegerField(_("most sessions a week"), null=True, blank=True)
    most_a_month = models.PositiveSmallIntegerField(_("most sessions a month"), null=True, blank=True)
    impartial_in = models.ManyToManyField(
        "municipalities.Municipality", blank=True, related_name="+", verbose_name=_("must not teach in")
    )
    fee = models.DecimalField(
        _("fee per session in kroner"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty when the trainer takes none."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Never both: every entry would stand twice in the same calendar.
    calendar_by = models.CharField(
        _("calendar"), max_length=11, choices=CalendarBy, default=CalendarBy.FEED, editable=False
    )
    is_new = models.BooleanField(default=False, editable=False, help_text=_("Has not gone through the profile yet."))

    objects = TrainerQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainer")
        verbose_name_plural = _("trainers")
        ordering = ["user__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(most_a_week=None) | Q(most_a_week__gte=1), name="trainer_most_a_week_at_least_one"
            ),
            models.CheckConstraint(
                condition=Q(most_a_month=None) | Q(most_a_month__gte=1), name="trainer_most_a_month_at_least_one"
            ),
            models.CheckConstraint(condition=Q(fee=None) | Q(fee__gte=0), name="trainer_fee_not_negative"),
        ]

    def __str__(self):
        return str(self.user)

    @property
    def has_been_here(self) -> bool:
        """Whether the trainer has ever signed in."""
        return self.user.last_login is not None

    @property
    def has_joined(self) -> bool:
        """The same as `joined`."""
        return self.has_been_here and not self.is_new
