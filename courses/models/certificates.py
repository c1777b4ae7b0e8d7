from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CertificateQuerySet(models.QuerySet):
    def standing(self):
        """Those that are valid: neither revoked nor erased."""
        return self.filter(revocation=None, erased_at=None)


class Certificate(models.Model):
    """Proof that a participant has attended a session, as it was issued.

    Never edited: the database guards its content. What no longer holds gets a `Revocation`, and whoever earns it
    after all gets a new one with the next number.
    """

    participant = models.ForeignKey("courses.Participant", on_delete=models.PROTECT, related_name="certificates")
    session = models.ForeignKey("courses.Session", on_delete=models.PROTECT, related_name="certificates")
    number = models.PositiveSmallIntegerField(default=1)
    code = models.CharField(max_length=12, unique=True, null=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=2)
    course_title = models.CharField(max_length=120)
    first_on = models.DateField()
    last_on = models.DateField()
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    required_percent = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(100)])
    issued_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file = models.OneToOneField("taushet.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("course certificate")
        verbose_name_plural = _("course certificates")
        constraints = [
            models.UniqueConstraint(fields=["participant", "number"], name="certificate_number_once"),
            models.CheckConstraint(
                condition=Q(erased_at=None, code__isnull=False) | Q(erased_at__isnull=False, code=None, name=""),
                name="certificate_has_a_code_until_erased",
            ),
        ]

    def __str__(self):
        return f"{self.pk}"

    @property
    def shown_code(self) -> str:
        """The code as people read and type it: CDFG-HJKM-2345."""
        return "-".join((self.code[:4], self.code[4:8], self.code[8:])) if self.code else ""


class Revocation(models.Model):
    """That a certificate no longer holds, since the attendance it rested on was corrected."""

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="revocation")
    percent = models.PositiveSmallIntegerField()
    revoked_at = models.DateTimeField(default=timezone.now)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self):
        return f"{self.certificate_id}"
