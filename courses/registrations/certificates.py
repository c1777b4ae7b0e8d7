"""What course certificates tell the house: their mail, and how long they are kept."""

from django.utils.translation import gettext_lazy as _

from courses.models import Booking, Certificate
from courses.services import messages
from taushet.registries import MessageKind, RetentionRule, message_kinds, retention_rules

from .bookings import only_if, takes_part


def has_certificate(message, booking, participant):
    """Whether a participant still takes part and the certificate has not been withdrawn since."""
    return (
        takes_part(message, booking, participant)
        and Certificate.objects.standing().filter(participant=participant).exists()
    )


def hands_out(message, booking, participant):
    return booking.state == Booking.State.CONFIRMED and message.to_email == booking.contact_email


message_kinds.register(
    MessageKind(messages.CERTIFICATE, _("Course certificate ready"), before_sending=only_if(has_certificate))
)
message_kinds.register(
    MessageKind(messages.CERTIFICATES, _("Course certificates to hand out"), before_sending=only_if(hands_out))
)
retention_rules.register(
    RetentionRule(
        key="certificates",
        what=_("Course certificates: the name, the course, the date and the check code, and the document."),
        purpose=_("To prove that somebody has taken part, and to let others check the proof."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Two years after the course, together with the name of the participant. After that only the number."),
        fields=(
            "courses.Certificate.name",
            "courses.Certificate.code",
            "taushet.StoredFile.content",
        ),
    )
)
