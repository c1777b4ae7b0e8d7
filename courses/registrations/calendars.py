"""What calendar mail brings into the registries."""

from django.utils.translation import gettext_lazy as _

from courses.services import calendars
from taushet.registries import SEND, Decision, MessageKind, RetentionRule, message_kinds, retention_rules


def unless_superseded(message):
    """A change that was itself changed before it left is not worth a mail."""
    if calendars.is_superseded(message):
        return Decision("cancel", "A later change was written.")
    return SEND


message_kinds.register(MessageKind(calendars.INVITATION, _("Calendar invitation")))
message_kinds.register(MessageKind(calendars.CHANGE, _("Changed meeting"), before_sending=unless_superseded))
message_kinds.register(MessageKind(calendars.CANCELLATION, _("Cancelled meeting")))
retention_rules.register(
    RetentionRule(
        key="invitations",
        what=_("Which address got the calendar entry of which meeting."),
        purpose=_("To tell exactly those people when the meeting is moved or cancelled."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Until 90 days after the meeting."),
        apply=calendars.forget_invitations,
    )
)
