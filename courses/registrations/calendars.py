"""What calendar mail brings into the registries."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses.services import calendars, invitation_mail
from courses.services.booking_mail import opens_what_is_not_theirs
from taushet.registries import SEND, Decision, MessageKind, RetentionRule, message_kinds, retention_rules

A_MINUTE = timedelta(minutes=1)


def in_turn(message):
    """Calendar mail leaves in the order it was written in."""
    if calendars.waits_for_earlier(message):
        reason = gettext_noop("An earlier e-mail about the same course has to leave first.")
        return Decision("later", reason, until=timezone.now() + A_MINUTE)
    return SEND


def unless_superseded(message):
    """What was changed or cancelled before it left is not worth a mail."""
    if calendars.is_superseded(message):
        return Decision("cancel", gettext_noop("A later change was written."))
    if opens_what_is_not_theirs(message):
        return Decision("cancel", gettext_noop("The booking has changed since this was written."))
    return in_turn(message)


message_kinds.register(
    MessageKind(invitation_mail.INVITATION, _("Calendar invitation"), before_sending=unless_superseded)
)
message_kinds.register(
    MessageKind(invitation_mail.CHANGE, _("Changed calendar invitation"), before_sending=unless_superseded)
)
message_kinds.register(
    MessageKind(invitation_mail.CANCELLATION, _("Cancelled calendar invitation"), before_sending=in_turn)
)
retention_rules.register(
    RetentionRule(
        key="invitations",
        what=_("Which address got the calendar entry of which meeting."),
        purpose=_("To tell exactly those people when the meeting is moved or cancelled."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Until 90 days after the meeting."),
        apply=calendars.forget_invitations,
        fields=("courses.Invitation.email",),
    )
)
