"""Mail to trainers. They know what they teach, so it names the course."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from courses.models import Trainer
from taushet.models import Message
from taushet.services.outbox import render_mail, write_message

TRAINER_MAIL = "trainer"
TRAINER_CALENDAR = "trainer-calendar"
A_MINUTE = timedelta(minutes=1)


def page(name: str, *args) -> str:
    """Return the whole address of one of the trainer's own pages."""
    return settings.BASE_URL + reverse(f"courses:{name}", args=args)


def write_mail(trainer: Trainer, template: str, context: dict, *, is_demonstration: bool = False) -> Message:
    """Write a mail to a trainer in the trainer's language, in the caller's transaction."""
    subject, text = render_mail(template, context, trainer.user.language)
    return post(trainer, subject, text, is_demonstration=is_demonstration)


def post(
    trainer: Trainer, subject: str, text: str, *, calendar: tuple[str, str] = ("", ""), is_demonstration: bool = False
) -> Message:
    """Put a mail to a trainer in the outbox; `calendar` is an entry and its method."""
    user = trainer.user
    return write_message(
        kind=TRAINER_CALENDAR if calendar[0] else TRAINER_MAIL,
        to_email=user.email,
        to_name=str(user),
        subject=subject,
        text=text,
        language=user.language,
        calendar=calendar[0],
        calendar_method=calendar[1],
        is_demonstration=is_demonstration,
    )


def waits_for_earlier(message: Message) -> bool:
    """Whether calendar mail to the same trainer was written before and has still to leave.

    A cancellation that overtakes its invitation would be lost on the trainer's calendar.
    """
    under_way = Message.objects.filter(state__in=[Message.State.QUEUED, Message.State.SENDING], pk__lt=message.pk)
    return under_way.filter(kind=TRAINER_CALENDAR, to_email=message.to_email).exists()
