from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.roles import ADMINISTRATOR, LABELS, STAFF_ROLES
from taushet.searches import holds

ERASED_DOMAIN = "@slettet.invalid"  # of the address that stands where one has been erased; nothing is ever sent there


class UserQuerySet(models.QuerySet):
    def active(self):
        return self.filter(is_active=True)

    def with_role(self, role):
        return self.filter(pk__in=User.groups.through.objects.filter(group__name=role).values("user"))

    def administrators(self):
        """Those who can let others in; one of them must always be left."""
        return self.active().filter(
            Q(is_superuser=True)
            | Q(pk__in=User.groups.through.objects.filter(group__name=ADMINISTRATOR).values("user"))
        )

    def search(self, text):
        return self.filter(holds(text, "name", "email"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.emailaddress_set.create(email=user.email, primary=True)  # which the first code by mail proves
        return user

    def get_by_natural_key(self, email):
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in. The e-mail address is the name; there are no passwords to remember."""

    class House(models.TextChoices):
        KSS = "KSS", _("Krisesentersekretariatet")
        LDO = "LDO", _("The Equality and Anti-Discrimination Ombud")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    house = models.CharField(_("house"), max_length=3, choices=House, blank=True)
    language = models.CharField(_("language"), max_length=2, default="nb")
    is_staff = models.BooleanField(_("may use the administration pages"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case")]

    def __str__(self):
        return str(_("(erased)")) if self.email.endswith(ERASED_DOMAIN) else self.name or self.email

    def get_absolute_url(self):
        return reverse("person_detail", args=[self.pk])

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)

    @property
    def roles(self) -> frozenset[str]:
        """The names of the groups this person belongs to, read once per request."""
        if not hasattr(self, "_roles"):
            self._roles = frozenset(group.name for group in self.groups.all())
        return self._roles

    @property
    def role_labels(self) -> list[str]:
        """The roles as people read them, in the order of the house."""
        return [LABELS[role] for role in LABELS if role in self.roles]

    @property
    def is_campaign_staff(self) -> bool:
        """Whether this person works at /stab/, which takes a second factor."""
        return self.is_superuser or bool(self.roles & STAFF_ROLES)
