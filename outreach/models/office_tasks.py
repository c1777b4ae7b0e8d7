from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OfficeTaskQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None)


class OfficeTask(models.Model):
    """Something tells that an office's address is dead or its holder gone; a person finds out and settles it."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("The mail could not be delivered")
        LEFT = "left", _("A reply says that the person has left")

    class Way(models.TextChoices):
        ADDRESS = "address", _("New address put in")
        ENDED = "ended", _("Office ended")
        DISMISSED = "dismissed", _("Nothing to do")

    mandate = models.ForeignKey(
        "outreach.Mandate", on_delete=models.PROTECT, related_name="tasks", verbose_name=_("office")
    )
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    email = models.EmailField(_("address it was about"), blank=True)
    message = models.ForeignKey(
        "taushet.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("mail")
    )
    inbound = models.ForeignKey(
        "taushet.InboundMail",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("mail that came in"),
    )
    created_at = models.DateTimeField(_("came up"), default=timezone.now, editable=False)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True, editable=False)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("settled by"),
    )
    settled_how = models.CharField(_("how"), max_length=10, choices=Way, blank=True)

    objects = OfficeTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("office to look after")
        verbose_name_plural = _("offices to look after")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mandate", "reason"], condition=Q(settled_at=None), name="office_task_once_while_it_waits"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_how="", settled_by=None)
                | Q(settled_at__isnull=False) & ~Q(settled_how=""),
                name="office_task_settled_somehow",
            ),
        ]

    def __str__(self):
        return f"{self.get_reason_display()}: {self.mandate_id}"

    def get_absolute_url(self):
        return reverse("outreach:office_task_detail", args=[self.pk])
