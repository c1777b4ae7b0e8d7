"""What bookings tell the house: their links, their mails and when one is no longer wanted, and what is kept."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from courses import tasks
from courses.demonstration import bookings as demonstration
from courses.models import Booking, BookingMessage, Participant, Session
from courses.registrations.calendars import in_turn
from courses.services import (
    booking_lists,
    contact_messages,
    contacts,
    erasing,
    messages,
    staff_words,
    telling,
    waiting_messages,
)
from courses.services.booking_mail import opens_what_is_not_theirs
from taushet import roles
from taushet.registries import (
    Deactivation,
    Decision,
    DemonstrationPart,
    KnownAddress,
    LinkKind,
    MessageKind,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    SearchSource,
    TodayCard,
    deactivations,
    demonstration_parts,
    known_addresses,
    link_kinds,
    message_kinds,
    periodic_tasks,
    retention_rules,
    role_permissions,
    search_sources,
    today_cards,
)

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
        is_over = row is None or row.booking.erased_at or not is_wanted(message, row.booking, row.participant)
        if is_over or opens_what_is_not_theirs(message):
            return Decision("cancel", gettext_noop("The booking has changed since this was written."))
        if contacts.is_shut_out(message.to_email):
            return Decision("cancel", gettext_noop("The access of this person has been closed."))
        return in_turn(message)

    return before_sending


def waits_for_confirmation(message, booking, participant):
    return booking.awaits_proof and message.to_email == booking.contact_email


def is_told_to_a_contact(message, booking, participant):
    return booking.state == Booking.State.CONFIRMED and message.to_email in {
        booking.contact_email,
        booking.second_email,
    }


def is_concerned(message, booking, participant):
    """Whether a contact still answers for a booking, or a group still waits, of a session that is held."""
    standing = {Booking.State.CONFIRMED, Booking.State.WAITING, Booking.State.OFFERED}
    is_theirs = message.to_email in {booking.contact_email, booking.second_email}
    return booking.state in standing and is_theirs and booking.session.state != Session.State.CANCELLED


def waits(message, booking, participant):
    return booking.state == Booking.State.WAITING and message.to_email == booking.contact_email


def is_offered_seats(message, booking, participant):
    return booking.state == Booking.State.OFFERED and message.to_email == booking.contact_email


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


def is_to_the_contact(message, booking, participant):
    return message.to_email == booking.contact_email


for key, label, is_wanted in (
    (staff_words.WORDS_FROM_STAFF, _("Message from us"), is_to_the_contact),
    (messages.CONFIRM_ADDRESS, _("Confirm the address"), waits_for_confirmation),
    (messages.CONFIRMED, _("Booking confirmed"), is_told_to_a_contact),
    (messages.CHANGED, _("Booking changed"), is_told_to_a_contact),
    (messages.CANCELLED, _("Booking cancelled"), is_not_erased),
    (messages.WELCOME, _("Participant signed up"), takes_part),
    (messages.REMOVED, _("Participant taken off"), is_not_erased),
    (messages.WITHDREW, _("Participant cannot come"), is_told_to_a_contact),
    (messages.OWN_LINK, _("Link to the participant’s page"), takes_part),
    (contact_messages.SECOND_CONTACT, _("Second contact"), is_second_contact),
    (contact_messages.HAND_OVER, _("Asked to take over a booking"), is_asked_to_take_over),
    (contact_messages.HANDED_OVER, _("Booking taken over"), is_not_erased),
    (messages.MOVED, _("Booking moved"), is_not_erased),
    (messages.CHANGE_REFUSED, _("Request to change a booking refused"), is_not_erased),
    (waiting_messages.WAITING, _("On the waiting list"), waits),
    (waiting_messages.OFFERED, _("Seats are offered"), is_offered_seats),
    (waiting_messages.OFFER_LAPSED, _("An offer has run out"), is_not_erased),
    (telling.MEETINGS_CHANGED, _("Changed meeting"), is_concerned),
    (waiting_messages.WAIT_ENDED, _("The waiting list is closed"), is_not_erased),
):
    message_kinds.register(MessageKind(key, label, before_sending=only_if(is_wanted)))
message_kinds.register(MessageKind(contact_messages.LOST_LINK, _("Lost link")))

SEE = ("courses.view_booking", "courses.view_participant")
WORK = (*SEE, "courses.add_booking", "courses.change_booking", "courses.change_participant")

for role, permissions in {roles.CAMPAIGN: WORK, roles.FINANCE: SEE[:1], roles.ADMINISTRATOR: WORK}.items():
    role_permissions.register(RolePermissions(f"bookings-{role}", role, permissions))

periodic_tasks.register(PeriodicTask("expire-holds", timedelta(minutes=5), tasks.expire_holds.enqueue))
periodic_tasks.register(PeriodicTask("waiting-lists", timedelta(minutes=5), tasks.run_waiting_lists.enqueue))
known_addresses.register(KnownAddress("bookings", contacts.find_proved))
deactivations.register(Deactivation("bookings", erasing.close_links_of))
today_cards.register(
    TodayCard(
        "too-few-names", _("Courses soon with seats without names"), "courses.view_booking", booking_lists.too_few_names
    )
)
today_cards.register(
    TodayCard(
        "change-requests",
        _("Bookers who ask for a change"),
        "courses.change_booking",
        booking_lists.asked_changes,
        order=10,
    )
)
today_cards.register(
    TodayCard("overfull", _("More seats taken than there are"), "courses.change_session", booking_lists.overfull)
)
search_sources.register(SearchSource("bookings", _("Bookings"), "courses.view_booking", booking_lists.find_bookings))
demonstration_parts.register(DemonstrationPart("bookings", 50, demonstration.load))

INTEREST = _("Our legitimate interest (GDPR article 6 (1) f)")
retention_rules.register(
    RetentionRule(
        key="bookings",
        what=_(
            "Bookings: the names, work e-mail, phone and role of the contacts, the invoice reference, and what was"
            " asked and answered about a change."
        ),
        purpose=_("To hold the course, to reach those who booked, and to send the invoice to the right place."),
        basis=INTEREST,
        keep=_(
            "Two years after the course. Municipality, number of seats and price are kept after that, without names."
        ),
        apply=erasing.erase_bookings,
        fields=(
            "courses.Booking.contact_name",
            "courses.Booking.contact_email",
            "courses.Booking.contact_phone",
            "courses.Booking.contact_role",
            "courses.Booking.second_name",
            "courses.Booking.second_email",
            "courses.Booking.invoice_reference",
            "courses.ChangeRequest.words",
            "courses.ChangeRequest.answer",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="unconfirmed-bookings",
        what=_("Bookings whose e-mail address was never confirmed."),
        purpose=_("To hold the seats until the address is confirmed."),
        basis=INTEREST,
        keep=_("30 days after the seats were given back, or until money that came for them has been paid back."),
        apply=erasing.erase_unconfirmed,
    )
)
retention_rules.register(
    RetentionRule(
        key="participants",
        what=_("Participants: name, work e-mail, workplace and role. Never anything about a person’s own life."),
        purpose=_("To know who comes, and to send time, place and material."),
        basis=INTEREST,
        keep=_(
            "E-mail, workplace and role until 30 days after the course, the name for two years. Names that were taken"
            " off the list go after 30 days."
        ),
        apply=erasing.erase_participants,
        fields=(
            "courses.Participant.name",
            "courses.Participant.email",
            "courses.Participant.workplace",
            "courses.Participant.role",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="hand-overs",
        what=_("Colleagues who were asked to take over a booking: name and work e-mail."),
        purpose=_("To ask them."),
        basis=INTEREST,
        keep=_("30 days."),
        apply=erasing.erase_hand_overs,
        fields=(
            "courses.HandOver.name",
            "courses.HandOver.email",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="confirmed-addresses",
        what=_("E-mail addresses that have been confirmed once."),
        purpose=_("So that the same person need not confirm every booking."),
        basis=INTEREST,
        keep=_("Two years, and as long as there is a booking with the address."),
        apply=erasing.erase_addresses,
        fields=("courses.ConfirmedAddress.email",),
    )
)
