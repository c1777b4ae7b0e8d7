from django.utils.translation import gettext_lazy as _

from courses.services import calendars
from taushet.registries import SEND, Decision, MessageKind, message_kinds


def unless_superseded(message):
    """A change that was itself changed before it left is not worth a mail."""
    if calendars.is_superseded(message):
        return Decision("cancel", "A later change was written.")
    return SEND


message_kinds.register(MessageKind(calendars.INVITATION, _("Calendar invitation")))
message_kinds.register(MessageKind(calendars.CHANGE, _("Changed meeting"), before_sending=unless_superseded))
message_kinds.register(MessageKind(calendars.CANCELLATION, _("Cancelled meeting")))
