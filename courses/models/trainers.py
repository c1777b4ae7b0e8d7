from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from taushet.roles import TRAINER


class TrainerQuerySet(models.QuerySet):
    def active(self):
        """Those who may teach now: neither the trainer, the person nor the role has been closed."""
        return self.filter(is_active=True, user__is_active=True, user__groups__name=TRAINER)


class Trainer(models.Model):
    """A person who teaches: which courses, in which counties and languages."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trainer", verbose_name=_("person")
    )
    courses = models.ManyToManyField("courses.Course", blank=True, related_name="trainers", verbose_name=_("may teach"))
    counties = models.ManyToManyField(
        "municipalities.County", blank=True, related_name="+", verbose_name=_("travels to")
    )
    teaches_nb = models.BooleanField(_("teaches in bokmål"), default=True)
    teaches_nn = models.BooleanField(_("teaches in nynorsk"), default=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = TrainerQuerySet.as_manager()

    class Meta:
        verbose_name = _("trainer")
        verbose_name_plural = _("trainers")
        ordering = ["user__name"]

    def __str__(self):
        return str(self.user)
