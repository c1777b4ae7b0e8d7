from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from taushet.addresses import canonical


class MessageQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=Message.State.QUEUED)

    def due(self, now=None):
        return self.waiting().filter(due_at__lte=now or timezone.now())


class Message(models.Model):
    """One e-mail to one person, stored before anything is sent and kept as it was sent.

    Links to private pages stand as placeholders (`services.links.placeholder`) and are filled at the
    last step, so that nobody who reads the outbox can open another person's page.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        UNKNOWN = "unknown", _("Sent, answer unknown")
        FAILED = "failed", _("Not delivered")
        HELD = "held", _("Held back for now")
        CANCELLED = "cancelled", _("Cancelled, not sent")
        STAYED = "stayed", _("Stayed here")

    TROUBLE = (State.UNKNOWN, State.FAILED, State.HELD)

    class Priority(models.IntegerChoices):
        SIGN_IN = 0, _("Sign-in mail")
        BOOKING = 10, _("Mail about a booking")
        BULK = 50, _("Many at once")

    kind = models.CharField(_("kind"), max_length=40)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.BOOKING)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    state_reason = models.CharField(_("why"), max_length=300, blank=True)
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    from_email = models.CharField(_("from"), max_length=200)
    to_email = models.EmailField(_("to"))
    to_name = models.CharField(max_length=120, blank=True)
    reply_to = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="nb")
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    sealed_text = models.BinaryField(null=True, editable=False)
    calendar = models.TextField(blank=True)
    calendar_method = models.CharField(max_length=10, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    is_demonstration = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], condition=Q(state="queued"), name="message_queue"),
            models.Index(fields=["-created_at", "-id"], name="message_newest"),
            models.Index(fields=["state", "-created_at", "-id"], name="message_state_newest"),
            models.Index(fields=["kind", "-created_at", "-id"], name="message_kind_newest"),
            models.Index(fields=["to_email"], name="message_recipient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(calendar="", calendar_method="")
                | Q(calendar_method__in=["REQUEST", "CANCEL"]) & ~Q(calendar=""),
                name="message_calendar_has_method",
            ),
        ]
        permissions = [("read_outbox", "Can read the outbox"), ("steer_outbox", "Can hold, release and resend mail")]

    def __str__(self):
        return self.subject

    def get_absolute_url(self):
        return reverse("outbox_detail", args=[self.pk])

    @property
    def needs_somebody(self):
        """Whether a person has to look at it, since nothing more happens by itself."""
        return self.state in self.TROUBLE

    @property
    def is_sealed(self):
        """Whether the text is kept encrypted, or was until it had been sent."""
        return not self.text and (self.sealed_text is not None or self.erased_at is not None)


class MessageAttachment(models.Model):
    """A file that goes with a message."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey("taushet.StoredFile", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "file"], name="attachment_once_per_message")]

    def __str__(self):
        return str(self.file)


class Attempt(models.Model):
    """One try to hand a message to the mail provider; committed before the provider is called.

    `handed_over_at` is set when everything is ready and the provider is about to see the message. A try that
    ended without it has reached nobody; one that ended with it and without an answer may have.
    """

    class Outcome(models.TextChoices):
        STARTED = "started", _("Started")
        ACCEPTED = "accepted", _("Taken by the provider")
        REFUSED = "refused", _("Refused for good")
        LATER = "later", _("To be tried again")
        UNKNOWN = "unknown", _("No answer")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.STARTED)
    detail = models.CharField(max_length=300, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    worker = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["worker"], condition=Q(outcome="started"), name="attempt_under_way"),
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="attempt_at_provider"),
        ]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="attempt_number_once")]

    def __str__(self):
        return f"{self.message_id}/{self.number}"


class SuppressionQuerySet(models.QuerySet):
    def stopping(self, message, purpose=""):
        """What keeps this message from leaving; who asks to sign in gets the code unless the address is dead.

        `purpose` is that of its kind: a wish that is about another purpose does not stop it.
        """
        found = self.filter(email=canonical(message.to_email), purpose__in=["", purpose])
        return found.filter(cause=Suppression.Cause.BOUNCE) if message.priority == Message.Priority.SIGN_IN else found


class Suppression(models.Model):
    """An address that gets no mail, because it bounced, complained or asked to be left alone."""

    class Cause(models.TextChoices):
        BOUNCE = "bounce", _("The address does not exist")
        COMPLAINT = "complaint", _("Marked as unwanted")
        WISH = "wish", _("Asked not to get mail")

    email = models.EmailField(_("e-mail"))  # as addresses.canonical spells it
    purpose = models.CharField(_("what it is about"), max_length=20, blank=True)  # of a MessageKind; empty: all mail
    cause = models.CharField(_("cause"), max_length=10, choices=Cause)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        constraints = [
            models.UniqueConstraint(fields=["email", "purpose"], name="suppression_once_per_purpose"),
            models.CheckConstraint(
                condition=Q(purpose="") | ~Q(cause="bounce"), name="suppression_dead_address_is_dead_for_all"
            ),
        ]

    def __str__(self):
        return self.email
