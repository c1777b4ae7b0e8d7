from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PublishedWords(models.Model):
    """The words of a reply as everybody could read them for a time; what comes later stands beside, never over it."""

    reply = models.ForeignKey("outreach.Reply", on_delete=models.PROTECT, related_name="published_words")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(_("text for the public"), blank=True)
    speaker = models.CharField(_("who answers"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published"), null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("words made public")
        verbose_name_plural = _("words made public")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["reply", "number"], name="published_words_once")]

    def __str__(self):
        return f"{self.reply_id}/{self.number}"
