"""What mailings and their letters tell the house: who may do what, what waits, and what is asked before one leaves."""

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from outreach.demonstration import mailings as demonstration
from outreach.forms.mailings import LetterFilterForm
from outreach.models import Letter, Mailing, Objection
from outreach.services.mailings.approvers import to_approve
from outreach.services.privacy import objections
from outreach.services.sending import declining, sending
from outreach.services.sending.redelivering import redeliveries_to_approve
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    MessageKind,
    RolePermissions,
    SearchSource,
    TodayCard,
    demonstration_parts,
    message_kinds,
    role_permissions,
    search_sources,
    today_cards,
)
from taushet.searches import holds


def note_of_address(email):
    """Say that opening an address does not undo an objection."""
    standing = Objection.objects.filter(withdrawn_at=None, politician__mandates__email__iexact=email)
    if not standing.exists():
        return ""
    return gettext("The person has asked not to get letters. That stands until it is lifted on the person’s page.")


message_kinds.register(
    MessageKind(
        "letter",
        _("Demand"),
        before_sending=sending.check_letter,
        after_settling=sending.note_outcome,
        purpose=objections.PURPOSE,
        can_be_declined=declining.can_be_declined,
        after_declining=declining.note_declined,
        warning=declining.warning_of,
        address_note=note_of_address,
        has_own_card=True,
        before_sending_many=sending.check_letters,
        on_sent=sending.LETTER_SENT,
    )
)
message_kinds.register(MessageKind("letter-test", _("Test copy of a demand")))

SEE = ("outreach.view_letter", "outreach.view_mailing")
DRAFT = (*SEE, "outreach.add_mailing", "outreach.change_mailing", "outreach.test_letter")
APPROVE = (*SEE, "outreach.approve_mailing", "outreach.test_letter")
for role, permissions in {
    roles.CAMPAIGN: DRAFT,
    roles.APPROVER: APPROVE,
    roles.ADMINISTRATOR: (*DRAFT, "outreach.approve_mailing"),
}.items():
    role_permissions.register(RolePermissions(f"mailings-{role}", role, permissions))


def mailings_to_approve(user):
    """The mailings this person may let go."""
    return [(row.title, row.get_absolute_url()) for row in to_approve(Mailing.objects.all(), user)]


def addresses_to_approve(user):
    """The letters to corrected addresses this person may let go."""
    for waiting in redeliveries_to_approve(user):
        letter = waiting.letter
        yield letter.to_name, reverse("outreach:letter_redeliver", args=[letter.mailing_id, letter.pk])


def mailings_unfinished(user):
    """The drafts one made or changed last, which nobody has sent to approval yet."""
    mine = Mailing.objects.filter(Q(author=user) | Q(last_editor=user), status=Mailing.Status.DRAFT, return_note="")
    return [(mailing.title, mailing.get_absolute_url()) for mailing in mine.order_by("pk")]


def mailings_returned(user):
    returned = Mailing.objects.filter(status=Mailing.Status.DRAFT).exclude(return_note="")
    return [(mailing.title, mailing.get_absolute_url()) for mailing in returned]


def letters_held(user):
    drafts = Mailing.objects.filter(status=Mailing.Status.DRAFT)
    return counted(drafts, Q(letters__status=Letter.Status.HELD), Letter.Status.HELD)


def letters_in_trouble(user):
    # Nothing is to be decided about a letter whose recipient wants none.
    objected = Q(letters__status=Letter.Status.STOPPED) & Q(letters__message__state_reason=objections.OBJECTED)
    return counted(Mailing.objects.all(), Q(letters__status__in=Letter.TROUBLE) & ~objected, LetterFilterForm.TROUBLE)


def counted(mailings, which, shown):
    """The mailings with letters of a kind, how many they are, and the page that shows those."""
    counted = mailings.annotate(number=Count("letters", filter=which))
    for mailing in counted.filter(number__gt=0).order_by("pk"):
        sentence = ngettext("%(title)s: %(number)d letter", "%(title)s: %(number)d letters", mailing.number)
        yield (
            sentence % {"title": mailing.title, "number": mailing.number},
            f"{mailing.get_absolute_url()}?status={shown}",
        )


for key, title, permission, items in (
    ("approve", _("Waiting for your approval"), "outreach.approve_mailing", mailings_to_approve),
    ("redeliver", _("Corrected addresses to approve"), "outreach.approve_mailing", addresses_to_approve),
    ("drafts", _("Your drafts of mailings"), "outreach.change_mailing", mailings_unfinished),
    ("returned", _("Mailings sent back"), "outreach.change_mailing", mailings_returned),
    ("held", _("Letters held back"), "outreach.change_mailing", letters_held),
    ("trouble", _("Letters in trouble"), "outreach.view_mailing", letters_in_trouble),
):
    today_cards.register(TodayCard(key, title, permission, items, order=52))


def find_letters(user, text):
    shown = ("municipality", "mailing", "mandate__body", "mandate__politician")
    found = Letter.objects.exclude(status=Letter.Status.CANCELLED).select_related(*shown)
    matching = found.filter(holds(text, "municipality__name", "to_name", "to_email"))
    for letter in matching.order_by("-pk")[:20]:
        yield (
            letter.municipality.name if letter.municipality else letter.to_name,
            f"{letter.mailing.title} · {letter.get_status_display()}",
            letter.get_absolute_url(),
        )


search_sources.register(SearchSource("letters", _("Letters"), "outreach.view_letter", find_letters))
demonstration_parts.register(DemonstrationPart("mailings", order=63, load=demonstration.load))
