"""What evaluation tells the house: its link, its mails and clock tasks, and how long what is kept."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from courses import tasks
from courses.demonstration import evaluations as demonstration
from courses.models import Booking, Participant, Session
from courses.services import evaluations, messages
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    LinkKind,
    MessageKind,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    demonstration_parts,
    link_kinds,
    message_kinds,
    periodic_tasks,
    retention_rules,
    role_permissions,
)

from .bookings import only_if


def still_took_part(message, booking, participant):
    """Whether somebody who took part is still known to have, and is still to be asked.

    The own address may have been erased meanwhile.
    """
    return (
        booking.state == Booking.State.CONFIRMED
        and booking.session.state != Session.State.CANCELLED
        and not evaluations.is_switched_off(booking.session)
        and participant is not None
        and participant.state == Participant.State.ACTIVE
        and participant.erased_at is None
        and evaluations.was_there(participant)
    )


link_kinds.register(LinkKind("evaluation", "courses:evaluation", draw=evaluations.draw_ticket))
message_kinds.register(
    MessageKind(messages.EVALUATION, _("Evaluation of a course"), before_sending=only_if(still_took_part))
)
periodic_tasks.register(PeriodicTask("evaluations", timedelta(hours=1), tasks.ask_for_evaluations.enqueue))
periodic_tasks.register(PeriodicTask("evaluation-results", timedelta(days=1), tasks.release_answers.enqueue))
for role in (roles.CAMPAIGN, roles.APPROVER, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"evaluations-{role}", role, ("courses.view_evaluationanswer",)))
demonstration_parts.register(DemonstrationPart("evaluations", 70, demonstration.load))

INTEREST = _("Our legitimate interest (GDPR article 6 (1) f)")
retention_rules.register(
    RetentionRule(
        key="evaluation-mail",
        what=_("Mails that ask participants what they think of the course: the address, and when they leave."),
        purpose=_("To ask straight after the course, and again after three and six months."),
        basis=INTEREST,
        keep=_("As other e-mail. The two that are planned go when the participant is erased."),
    )
)
retention_rules.register(
    RetentionRule(
        key="evaluation-links",
        what=_("Links to an evaluation, without any trace of who got them."),
        purpose=_("So that each participant answers once."),
        basis=INTEREST,
        keep=_("60 days after the question was sent."),
        apply=evaluations.erase_tickets,
    )
)
retention_rules.register(
    RetentionRule(
        key="evaluation-texts",
        what=_("What participants write in an evaluation. We do not know who wrote it."),
        purpose=_("To make the courses better."),
        basis=INTEREST,
        keep=_("Two years. The numbers are kept, and nothing is shown of fewer than five answers."),
        apply=evaluations.erase_texts,
        fields=("courses.EvaluationAnswer.text",),
    )
)
