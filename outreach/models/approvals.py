from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.models import User


class Approval(models.Model):
    """That a colleague read a mailing and let exactly this text go to exactly these recipients.

    When both houses send, each approves for itself.

    Any change makes it void; it is never edited otherwise, and never deleted.
    """

    mailing = models.ForeignKey(
        "outreach.Mailing", on_delete=models.PROTECT, related_name="approvals", verbose_name=_("mailing")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("approved by")
    )
    house = models.CharField(_("on behalf of"), max_length=3, choices=User.House, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    last_editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(_("fingerprint"), max_length=64)
    is_public_confirmed = models.BooleanField(_("becomes public, no names of persons exposed"))
    approved_at = models.DateTimeField(_("approved"), default=timezone.now)
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-approved_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length(F("content_hash")), 64), name="approval_has_hash"),
            models.CheckConstraint(condition=Q(is_public_confirmed=True), name="approval_confirms_public"),
            models.CheckConstraint(
                condition=~Q(approver=F("author")) & ~Q(approver=F("last_editor")), name="approval_by_someone_else"
            ),
            models.UniqueConstraint(
                fields=["mailing", "house"], condition=Q(voided_at=None), name="approval_one_standing_per_house"
            ),
        ]

    def __str__(self):
        return f"{self.mailing_id} {self.content_hash[:12]}"
