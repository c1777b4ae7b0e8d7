"""What bookings tell the house: their links, their mails and when one is no longer wanted."""

from django.utils.translation import gettext_lazy as _

from courses.models import Booking, BookingMessage, Participant
from courses.services import contacts, messages
from taushet.registries import SEND, Decision, LinkKind, MessageKind, link_kinds, message_kinds

link_kinds.register(LinkKind("booking", "courses:booking_detail"))
link_kinds.register(LinkKind("booking-second", "courses:booking_detail"))
link_kinds.register(LinkKind("booking-receipt", "courses:booking_detail"))
link_kinds.register(LinkKind("booking-confirm", "courses:booking_confirm"))
link_kinds.register(LinkKind("booking-handover", "courses:booking_take_over"))
link_kinds.register(LinkKind("signup", "courses:participant_signup"))
link_kinds.register(LinkKind("participant", "courses:participant_detail"))


def only_if(is_wanted):
    """Return a check that cancels a message unless its booking is still such that it is wanted."""

    def before_sending(message):
        row = BookingMessage.objects.select_related("booking", "participant").filter(message=message).first()
        if row is None or row.booking.erased_at or not is_wanted(message, row.booking, row.participant):
            return Decision("cancel", "The booking has changed since this was written.")
        return SEND

    return before_sending


def waits_for_confirmation(message, booking, participant):
    return booking.state == Booking.State.HELD and message.to_email == booking.contact_email


def is_told_to_a_contact(message, booking, participant):
    return booking.state == Booking.State.CONFIRMED and message.to_email in {
        booking.contact_email,
        booking.second_email,
    }


def is_second_contact(message, booking, participant):
    return booking.state == Booking.State.CONFIRMED and message.to_email == booking.second_email


def is_asked_to_take_over(message, booking, participant):
    wish = contacts.waiting_hand_over(booking)
    return booking.state == Booking.State.CONFIRMED and wish is not None and wish.email == message.to_email


def takes_part(message, booking, participant):
    return (
        booking.state == Booking.State.CONFIRMED
        and participant is not None
        and participant.state == Participant.State.ACTIVE
        and participant.email == message.to_email
    )


def is_not_erased(message, booking, participant):
    return True


for key, label, is_wanted in (
    (messages.CONFIRM_ADDRESS, _("Confirm the address"), waits_for_confirmation),
    (messages.CONFIRMED, _("Booking confirmed"), is_told_to_a_contact),
    (messages.CHANGED, _("Booking changed"), is_told_to_a_contact),
    (messages.CANCELLED, _("Booking cancelled"), is_not_erased),
    (messages.WELCOME, _("Participant signed up"), takes_part),
    (messages.REMOVED, _("Participant taken off"), is_not_erased),
    (messages.WITHDREW, _("Participant cannot come"), is_told_to_a_contact),
    (messages.OWN_LINK, _("Link to the participant’s page"), takes_part),
    (messages.SECOND_CONTACT, _("Second contact"), is_second_contact),
    (messages.HAND_OVER, _("Asked to take over a booking"), is_asked_to_take_over),
    (messages.HANDED_OVER, _("Booking taken over"), is_not_erased),
):
    message_kinds.register(MessageKind(key, label, before_sending=only_if(is_wanted)))
message_kinds.register(MessageKind(messages.LOST_LINK, _("Lost link")))
