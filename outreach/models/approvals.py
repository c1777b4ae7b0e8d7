from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.models import User


class Approvable(models.Model):
    """What is submitted and approved as it stands, by somebody else, and when both houses send it by each of them."""

    class Senders(models.TextChoices):
        KSS = "kss", _("Krisesentersekretariatet")
        BOTH = "both", _("Krisesentersekretariatet and the Equality and Anti-Discrimination Ombud")

    class Meta:
        abstract = True

    @property
    def approving_houses(self) -> list[str]:
        """Who has to approve: each house when both send, otherwise anybody, written as no house."""
        return list(User.House.values) if self.senders == self.Senders.BOTH else [""]

    @property
    def houses_left(self) -> list[str]:
        """Those that have not approved it as it stands."""
        standing = self.approvals.filter(voided_at=None, content_hash=self.content_hash)
        approved = set(standing.values_list("house", flat=True))
        return [house for house in self.approving_houses if house not in approved]

    @property
    def is_approval_void(self) -> bool:
        """Whether somebody has approved it, and it is a draft again since."""
        return self.status == self.Status.DRAFT and self.approvals.exclude(voided_at=None).exists()

    @property
    def hands(self) -> set[int]:
        """Who had a hand in it as it stands: the author, and all who changed it since it was last approved."""
        return {self.author_id, self.last_editor_id}

    @property
    def standing_approvers(self) -> set[int]:
        """Who has approved it as it stands, for one house: the other house's approval is somebody else's."""
        return set(self.approvals.filter(voided_at=None).values_list("approver", flat=True))

    def house_of(self, user) -> str:
        """For which house this person would approve."""
        return user.house if self.senders == self.Senders.BOTH else ""

    def can_be_approved_by(self, user) -> bool:
        """Whether this person may approve it: somebody else than those who wrote and changed it, of a house left."""
        return (
            self.status == self.Status.SUBMITTED
            and user.has_perm(f"outreach.approve_{self._meta.model_name}")
            and self.house_of(user) in self.houses_left
            and user.pk not in self.hands | self.standing_approvers
        )


class GivenApproval(models.Model):
    """That a colleague read something and approved exactly this.

    When both houses send, each approves for itself.

    Any change makes it void; it is never edited otherwise, and never deleted.
    """

    house = models.CharField(_("on behalf of"), max_length=3, choices=User.House, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    last_editor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(_("fingerprint"), max_length=64)
    is_public_confirmed = models.BooleanField(_("becomes public, no names of persons exposed"))
    approved_at = models.DateTimeField(_("approved"), default=timezone.now)
    voided_at = models.DateTimeField(_("void since"), null=True, blank=True)

    class Meta:
        abstract = True


def approval_constraints(of: str, prefix: str) -> list[models.BaseConstraint]:
    """Return what the database itself keeps of an approval: of what it is, and how the names begin."""
    return [
        models.CheckConstraint(condition=Exact(Length(F("content_hash")), 64), name=f"{prefix}_has_hash"),
        models.CheckConstraint(condition=Q(is_public_confirmed=True), name=f"{prefix}_confirms_public"),
        models.CheckConstraint(
            condition=~Q(approver=F("author")) & ~Q(approver=F("last_editor")), name=f"{prefix}_by_someone_else"
        ),
        models.UniqueConstraint(
            fields=[of, "house"], condition=Q(voided_at=None), name=f"{prefix}_one_standing_per_house"
        ),
        models.UniqueConstraint(
            fields=[of, "approver"], condition=Q(voided_at=None), name=f"{prefix}_one_standing_per_person"
        ),
    ]


class Approval(GivenApproval):
    """That a colleague read a mailing and let exactly this text go to exactly these recipients."""

    mailing = models.ForeignKey(
        "outreach.Mailing", on_delete=models.PROTECT, related_name="approvals", verbose_name=_("mailing")
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("approved by")
    )

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["-approved_at", "-pk"]
        constraints = approval_constraints("mailing", "approval")

    def __str__(self):
        return f"{self.mailing_id} {self.content_hash[:12]}"
