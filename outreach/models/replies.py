from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.searches import holds


class ReplyQuerySet(models.QuerySet):
    def to_sort(self):
        """Those a person has to look at, the oldest first; what is quarantined waits apart."""
        return self.filter(sorted_at=None).exclude(kind=Reply.Kind.QUARANTINE).order_by("received_at", "pk")

    def answers(self):
        """Those that count as answers: a person has said so, and somebody knows who they are from."""
        return self.filter(kind=Reply.Kind.ANSWER, verified_at__isnull=False)

    def answers_of_nobody_known(self):
        """Those sorted as answers while nobody knows that they are from each office they answer for."""
        return self.filter(kind=Reply.Kind.ANSWER, erased_at=None).filter(
            Q(verified_at=None) | models.Exists(ReplyLink.objects.doubtful().filter(reply=models.OuterRef("pk")))
        )

    def published(self):
        return self.filter(published_at__isnull=False)

    def public_answers(self, *, municipality=None, demand=None):
        """What everybody may read of the answers of a municipality or to a demand, the newest first."""
        about = {"letter__municipality": municipality, "letter__letter_demands__demand_version__demand": demand}
        links = ReplyLink.objects.filter(**{name: value for name, value in about.items() if value is not None})
        shown = self.published().filter(pk__in=links.values("reply")).with_documents().defer("text")
        return shown.prefetch_related("letters__municipality").order_by("-received_at", "-pk")

    def with_documents(self):
        """Know of each whether something else than pictures came with it, such as the sign of the municipality."""
        files = ReplyAttachment.objects.filter(reply=models.OuterRef("pk"))
        return self.annotate(has_documents=models.Exists(files.exclude(file__content_type__startswith="image/")))

    def search(self, text):
        """Those that hold a text in their subject, sender, journal number, or the municipality of a letter."""
        places = ReplyLink.objects.filter(holds(text, "letter__municipality__name"), reply=models.OuterRef("pk"))
        found = holds(text, "subject", "from_email", "from_name", "journal_number")
        return self.filter(found | Q(models.Exists(places)))


class Reply(models.Model):
    """A mail that answers one or more of our letters, or may; the raw mail is kept beside it."""

    class Kind(models.TextChoices):
        UNSORTED = "unsorted", _("To be sorted")
        ANSWER = "answer", _("Answer")
        RECEIPT = "receipt", _("Confirmation of receipt")
        AUTOMATIC = "automatic", _("Automatic reply")
        UNRELATED = "unrelated", _("Not about us")
        QUARANTINE = "quarantine", _("Quarantine")

    class Check(models.TextChoices):
        """What our own receiver says of the sender (DMARC, RFC 8601)."""

        NONE = "none", _("Not checked")
        PASS = "pass", _("Comes from the domain it says")
        FAIL = "fail", _("Does not come from the domain it says")

    SORTABLE = (Kind.ANSWER, Kind.RECEIPT, Kind.AUTOMATIC, Kind.UNRELATED, Kind.QUARANTINE)

    inbound = models.OneToOneField("taushet.InboundMail", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.UNSORTED)
    from_name = models.CharField(_("from"), max_length=200, blank=True)
    from_email = models.CharField(_("address"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    journal_number = models.CharField(_("journal number"), max_length=40, blank=True)
    sender_check = models.CharField(_("sender checked"), max_length=4, choices=Check, default=Check.NONE)
    is_from_office = models.BooleanField(_("from the office that was written to"), default=False)
    is_automatic = models.BooleanField(_("sent by a machine"), default=False)
    says_left = models.BooleanField(_("says that somebody has left"), default=False)
    received_at = models.DateTimeField(_("received"))
    sorted_at = models.DateTimeField(_("sorted"), null=True, blank=True)
    sorted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # How it stood before it was sorted, so that the sorting can be undone exactly; None when nobody has.
    before = models.JSONField(null=True, editable=False)
    verified_at = models.DateTimeField(_("sender confirmed"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_how = models.CharField(_("how the sender was confirmed"), max_length=300, blank=True)
    # What the copies of one mail have in common; empty in one that is joined with no other.
    identity = models.CharField(max_length=64, blank=True, default="", editable=False)
    published_text = models.TextField(_("text for the public"), blank=True)
    published_speaker = models.CharField(_("who answers"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True, editable=False)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    taken_back_why = models.CharField(_("why it was taken back"), max_length=300, blank=True, default="")
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    letters = models.ManyToManyField("outreach.Letter", through="ReplyLink", related_name="replies")

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["-received_at", "-pk"]
        indexes = [
            models.Index(fields=["received_at", "id"], condition=Q(sorted_at=None), name="reply_to_sort"),
            models.Index(fields=["kind", "-received_at", "-id"], name="reply_kind_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None)
                | Q(kind__in=["answer", "receipt"], verified_at__isnull=False) & ~Q(published_text=""),
                name="reply_published_is_verified_answer",
            ),
            models.CheckConstraint(condition=~Q(kind="unsorted") | Q(sorted_at=None), name="reply_sorted_has_kind"),
            models.UniqueConstraint(fields=["identity"], condition=~Q(identity=""), name="reply_once_per_mail"),
        ]
        permissions = [
            ("sort_reply", "Can sort replies and link them to letters"),
            ("publish_reply", "Can make replies public"),
        ]

    def __str__(self):
        return f"{self.pk}"

    def get_absolute_url(self):
        return reverse("outreach:reply_detail", args=[self.pk])

    @property
    def is_verified(self) -> bool:
        """Whether it comes from whom it says: checked by our receiver, or by a person who asked back."""
        return self.verified_at is not None


class ReplyLinkQuerySet(models.QuerySet):
    def confirmed(self):
        """Those whose reply is known to be from the office of the letter.

        What our receiver proves is an address, so it holds for the letters to that address. What a person has made sure
        of holds for all.
        """
        return self.filter(self.is_confirmed())

    @staticmethod
    def is_confirmed() -> Q:
        """What tells those that are confirmed from the others."""
        is_known = Q(is_from_office=True) | Q(reply__verified_by__isnull=False)
        return is_known & Q(reply__verified_at__isnull=False)

    def doubtful(self):
        """Those to other offices than the one whose address was proven."""
        return self.filter(is_from_office=False, reply__verified_at__isnull=False, reply__verified_by=None)

    def answers(self):
        """Those by which letters are answered: the one thing that counts, and that stops reminders."""
        return self.confirmed().filter(reply__kind=Reply.Kind.ANSWER)


class ReplyLink(models.Model):
    """That a reply is about a letter. One mail about nine letters has nine."""

    class How(models.TextChoices):
        TOKEN = "token", _("by the address it was sent to")
        REFERENCE = "reference", _("by the letter it answers")
        SUBJECT = "subject", _("by subject and sender")
        PERSON = "person", _("by a person")

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="links")
    letter = models.ForeignKey("outreach.Letter", on_delete=models.PROTECT, related_name="reply_links")
    how = models.CharField(_("found"), max_length=9, choices=How)
    is_from_office = models.BooleanField(_("from the office of this letter"), default=False, db_default=False)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    linked_at = models.DateTimeField(default=timezone.now)

    objects = ReplyLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to a letter")
        verbose_name_plural = _("links to letters")
        ordering = ["letter__municipality__sort_key", "pk"]
        constraints = [models.UniqueConstraint(fields=["reply", "letter"], name="reply_link_once")]

    def __str__(self):
        return f"{self.reply_id} {self.letter_id}"


class ReplyCopy(models.Model):
    """The same mail once more, as it came to another address of ours or by another way."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="copies")
    inbound = models.OneToOneField("taushet.InboundMail", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("copy of a reply")
        verbose_name_plural = _("copies of replies")

    def __str__(self):
        return f"{self.reply_id} {self.inbound_id}"


class ReplyAttachment(models.Model):
    """A file that came with a reply; of what may do harm or is too large only the name, since the raw mail has it."""

    class Left(models.TextChoices):
        KIND = "kind", _("This kind of file is not opened here.")
        SIZE = "size", _("The file is too large to be kept.")
        COUNT = "count", _("There were too many files.")

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=150)
    size = models.PositiveIntegerField()
    file = models.ForeignKey("taushet.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    left_out = models.CharField(max_length=5, choices=Left, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "position"], name="reply_attachment_once"),
            models.CheckConstraint(
                condition=Q(file=None) & ~Q(left_out="") | Q(file__isnull=False, left_out=""),
                name="reply_attachment_kept_or_why_not",
            ),
        ]

    def __str__(self):
        return f"{self.reply_id}/{self.position}"
