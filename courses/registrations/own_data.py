"""What participants' own pages tell the house: links, mails, and what is kept of a wish for another address."""

from django.utils.translation import gettext_lazy as _

from courses.models import Booking
from courses.services import own_data, own_erasing, own_messages
from taushet.registries import LinkKind, MessageKind, RetentionRule, link_kinds, message_kinds, retention_rules

from .bookings import is_not_erased, is_told_to_a_contact, only_if
from .calendars import in_turn


def waits_for_proof(message, booking, participant):
    wish = own_data.waiting_address(participant) if participant else None
    return booking.state == Booking.State.CONFIRMED and wish is not None and wish.email == message.to_email


link_kinds.register(LinkKind("participant-address", "courses:own_address_prove"))
for key, label, is_wanted in (
    (own_messages.PASSED_ON, _("Seat passed on"), is_told_to_a_contact),
    (own_messages.NAME_ERASED, _("Seat without a name again"), is_told_to_a_contact),
    (own_messages.PROVE_ADDRESS, _("Confirm a participant’s new address"), waits_for_proof),
    (own_messages.ADDRESS_CHANGED, _("Participant’s address changed"), is_not_erased),
):
    message_kinds.register(MessageKind(key, label, before_sending=only_if(is_wanted)))
message_kinds.register(
    MessageKind(
        own_messages.ERASED,
        _("Participant erased"),
        before_sending=in_turn,
        after_settling=own_erasing.empty_if_erased,
    )
)
retention_rules.register(
    RetentionRule(
        key="address-changes",
        what=_("The address at which a participant wants to be reached instead, until it is confirmed."),
        purpose=_("To write to the right address."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("As the participant’s own address: 30 days after the course."),
        fields=("courses.AddressChange.email",),
    )
)
retention_rules.register(
    RetentionRule(
        key="mail-of-erased",
        what=_("E-mail to participants who have been erased, and e-mail to others that names them."),
        purpose=_("To send it, to find out why something did not arrive, and to send it again."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Emptied at once; what was being sent just then, the night after."),
        apply=lambda now: own_erasing.empty_left_over(),
    )
)
