"""What trainers and their sessions bring into the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courses.demonstration import trainers
from courses.models import Trainer
from courses.services.erasing import erase_availability, erase_override_reasons
from courses.services.feeds import TRAINER_FEED
from courses.services.trainer_mail import TRAINER_MAIL
from courses.services.trainers import dismiss_trainer
from courses.views.calendars import trainer_feed
from taushet import roles
from taushet.registries import (
    Deactivation,
    DemonstrationPart,
    FeedKind,
    LinkKind,
    MessageKind,
    RetentionRule,
    RolePermissions,
    SearchSource,
    deactivations,
    demonstration_parts,
    feed_kinds,
    link_kinds,
    message_kinds,
    retention_rules,
    role_permissions,
    search_sources,
)
from taushet.searches import holds

STAFF_PERMISSIONS = (
    "courses.view_trainer",
    "courses.add_trainer",
    "courses.change_trainer",
    "courses.view_assignment",
    "courses.add_assignment",
    "courses.change_assignment",
)


def find_trainers(user, text):
    """Find trainers by name or address."""
    found = Trainer.objects.filter(holds(text, "user__name", "user__email")).select_related("user")
    for trainer in found.order_by("-is_active", "user__name", "pk")[:20]:
        yield str(trainer), trainer.user.email, reverse("courses:trainer_update", args=[trainer.pk])


link_kinds.register(LinkKind(TRAINER_FEED, "courses:feed"))
feed_kinds.register(FeedKind(TRAINER_FEED, trainer_feed))
message_kinds.register(MessageKind(TRAINER_MAIL, _("To a trainer")))
search_sources.register(SearchSource("trainers", _("Trainers"), "courses.change_trainer", find_trainers))
retention_rules.register(
    RetentionRule(
        key="trainers",
        what=_(
            "Trainers: which courses they teach, where, in which form of Norwegian, and which sessions they taught."
        ),
        purpose=_("To find the right trainer, and to show what was held."),
        basis=_("The agreement with the trainer (GDPR article 6 (1) b)"),
        keep=_("As long as somebody teaches for us. Which sessions were taught is kept with the sessions."),
    )
)
retention_rules.register(
    RetentionRule(
        key="trainer-availability",
        what=_(
            "When trainers can teach and when they are away, the municipality they live in, how many sessions they"
            " want, and where they are not impartial. Never why somebody is away."
        ),
        purpose=_("To ask nobody for a session that does not suit."),
        basis=_("The agreement with the trainer (GDPR article 6 (1) b)"),
        keep=_("Days and hours go 30 days after they have passed, and all of it when somebody no longer teaches."),
        apply=erase_availability,
        fields=("courses.Availability", "courses.AvailabilityException"),
    )
)
retention_rules.register(
    RetentionRule(
        key="assignment-reasons",
        what=_(
            "What spoke against giving a session to a trainer, why it was given even so, and what trainers wrote who"
            " left one."
        ),
        purpose=_("So that colleagues can see why."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Two years after the session."),
        apply=erase_override_reasons,
        fields=(
            "courses.Assignment.overridden",
            "courses.Assignment.override_reason",
            "courses.Assignment.leaving_word",
            "courses.RequestOffer.override_reason",
        ),
    )
)
deactivations.register(Deactivation("trainer", dismiss_trainer))
role_permissions.register(RolePermissions("trainer-own", roles.TRAINER, ("courses.view_assignment",)))
for role in (roles.CAMPAIGN, roles.ADMINISTRATOR):
    role_permissions.register(RolePermissions(f"trainers-{role}", role, STAFF_PERMISSIONS))
demonstration_parts.register(DemonstrationPart("trainers", 40, trainers.load))
