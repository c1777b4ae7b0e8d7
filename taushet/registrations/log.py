"""What the log calls that which is done with people and mail."""

from django.utils.translation import gettext_lazy as _

from taushet.registries import LoggedAction, logged_actions

WORDS = {
    "inbound.seen": _("E-mail that came in read"),
    "inbound.settled": _("E-mail that came in dealt with"),
    "message.cancelled": _("E-mail cancelled"),
    "message.held": _("E-mail held back"),
    "message.marked_sent": _("E-mail marked as sent"),
    "message.released": _("E-mail let go"),
    "message.seen": _("E-mail read"),
    "message.sent_again": _("E-mail sent again"),
    "retention.applied": _("What was due to be erased erased"),
    "suppression.lifted": _("Address opened for mail again"),
    "suppression.set": _("Address closed for mail"),
    "user.changed": _("Person changed"),
    "user.deactivated": _("Person deactivated"),
    "user.invitation_accepted": _("Invitation accepted"),
    "user.invitation_sent": _("Invitation sent again"),
    "user.invited": _("Person invited"),
    "user.profile_changed": _("Own profile changed"),
    "user.reactivated": _("Person let in again"),
    "user.second_factors_removed": _("Second steps of a person removed"),
    "user.sign_in_connected": _("Sign-in with another provider connected"),
    "user.sign_in_disconnected": _("Sign-in with another provider disconnected"),
    "user.welcomed": _("First sign-in, from a booking"),
}

for code, words in WORDS.items():
    logged_actions.register(LoggedAction(code, words))
