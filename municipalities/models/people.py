from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ContactPerson(models.Model):
    """Somebody who works for a municipality or one of its units and whom the campaign talks with."""

    municipality = models.ForeignKey(
        "municipalities.Municipality",
        on_delete=models.PROTECT,
        related_name="contact_people",
        verbose_name=_("municipality"),
    )
    unit = models.ForeignKey(
        "municipalities.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contact_people",
        verbose_name=_("unit"),
    )
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=120, blank=True)
    email = models.EmailField(_("work e-mail"))
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    source = models.CharField(_("where we have this from"), max_length=200, blank=True)
    checked_on = models.DateField(_("checked"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact people")
        ordering = ["municipality", "name"]

    def __str__(self):
        return self.name


class MembershipQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(confirmed_at__isnull=False, ended_at=None)

    def proposed(self):
        return self.filter(confirmed_at=None, ended_at=None)


class Membership(models.Model):
    """That a person belongs to a municipality or a unit. A booking proposes it, a member or staff confirms it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("municipality"),
    )
    unit = models.ForeignKey(
        "municipalities.Unit",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="memberships",
        verbose_name=_("unit"),
    )
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "municipality"], condition=Q(ended_at=None), name="membership_once_per_municipality"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="membership_confirmed_by_someone",
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.municipality_id}"

    @property
    def is_proposed(self) -> bool:
        return self.confirmed_at is None and self.ended_at is None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None

    def can_be_confirmed_by(self, user) -> bool:
        """Staff with the right, or somebody confirmed in the municipality or in the same unit; never oneself."""
        if not user.is_active or user.pk == self.user_id:
            return False
        if user.is_campaign_staff and user.has_perm("municipalities.change_membership"):
            return True
        reach = Q(unit=None) | Q(unit=self.unit_id) if self.unit_id else Q(unit=None)
        return user.memberships.confirmed().filter(reach, municipality=self.municipality_id).exists()

    def can_be_ended_by(self, user) -> bool:
        """Oneself and staff with the right; a proposal also those who could have confirmed it."""
        if user.is_active and user.pk == self.user_id:
            return True
        if user.is_active and user.is_campaign_staff and user.has_perm("municipalities.change_membership"):
            return True
        return self.is_proposed and self.can_be_confirmed_by(user)
