"""What outreach offers to the rest of the house."""

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from outreach import consultation_entries, demand_cards, demonstration, demonstration_letters
from outreach.models import Approval, Letter, Mailing, Mandate, Politician
from outreach.services.privacy import erasing, objections
from outreach.services.sending import sending
from outreach.services.sending.redelivering import redeliveries_to_approve
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    LinkKind,
    LoggedAction,
    MessageKind,
    RetentionRule,
    RolePermissions,
    SearchSource,
    TodayCard,
    demonstration_parts,
    link_kinds,
    logged_actions,
    message_kinds,
    retention_rules,
    role_permissions,
    search_sources,
    today_cards,
)
from taushet.searches import holds

message_kinds.register(
    MessageKind(
        "letter",
        _("Demand"),
        before_sending=sending.check_letter,
        after_settling=sending.note_outcome,
        purpose=objections.PURPOSE,
        can_be_declined=sending.can_be_declined,
        before_sending_many=sending.check_letters,
    )
)
link_kinds.register(LinkKind(objections.LINK, "outreach:objection", on_main_host=True))
message_kinds.register(MessageKind("letter-test", _("Test copy of a demand")))

SEE = (
    "outreach.view_demand",
    "outreach.view_letter",
    "outreach.view_mailing",
    "outreach.view_mandate",
    "outreach.view_politician",
)
DRAFT = (
    *SEE,
    "outreach.add_mailing",
    "outreach.change_mailing",
    "outreach.change_mandate",
    "outreach.change_demand",
    "outreach.test_letter",
)
APPROVE = (*SEE, "outreach.approve_mailing", "outreach.test_letter")
for role, permissions in {
    roles.CAMPAIGN: DRAFT,
    roles.APPROVER: APPROVE,
    roles.ADMINISTRATOR: (*DRAFT, "outreach.approve_mailing"),
}.items():
    role_permissions.register(RolePermissions(f"outreach-{role}", role, permissions))


def mailings_to_approve(user):
    """The mailings this person may let go."""
    waiting = Mailing.objects.filter(status=Mailing.Status.SUBMITTED).exclude(Q(author=user) | Q(last_editor=user))
    by_own_house = Approval.objects.filter(mailing=OuterRef("pk"), voided_at=None, house=user.house)
    both = Q(senders=Mailing.Senders.BOTH)
    waiting = waiting.exclude(both & Exists(by_own_house) if user.house else both)
    return [(mailing.title, mailing.get_absolute_url()) for mailing in waiting.order_by("submitted_at")]


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
    drafts = Mailing.objects.filter(status=Mailing.Status.DRAFT).annotate(
        number=Count("letters", filter=Q(letters__status=Letter.Status.HELD))
    )
    for mailing in drafts.filter(number__gt=0).order_by("pk"):
        sentence = ngettext("%(title)s: %(number)d letter", "%(title)s: %(number)d letters", mailing.number)
        yield (
            sentence % {"title": mailing.title, "number": mailing.number},
            f"{mailing.get_absolute_url()}?status={Letter.Status.HELD}",
        )


def letters_in_trouble(user):
    troubled = Mailing.objects.annotate(number=Count("letters", filter=Q(letters__status__in=Letter.TROUBLE)))
    for mailing in troubled.filter(number__gt=0).order_by("pk"):
        sentence = ngettext("%(title)s: %(number)d letter", "%(title)s: %(number)d letters", mailing.number)
        yield (
            sentence % {"title": mailing.title, "number": mailing.number},
            f"{mailing.get_absolute_url()}?status=trouble",
        )


today_cards.register(
    TodayCard("approve", _("Waiting for your approval"), "outreach.approve_mailing", mailings_to_approve)
)
today_cards.register(
    TodayCard("redeliver", _("Corrected addresses to approve"), "outreach.approve_mailing", addresses_to_approve)
)
today_cards.register(TodayCard("drafts", _("Your drafts of mailings"), "outreach.change_mailing", mailings_unfinished))
today_cards.register(TodayCard("returned", _("Mailings sent back"), "outreach.change_mailing", mailings_returned))
today_cards.register(TodayCard("held", _("Letters held back"), "outreach.change_mailing", letters_held))
today_cards.register(TodayCard("trouble", _("Letters in trouble"), "outreach.view_mailing", letters_in_trouble))

demand_cards.register_all()
consultation_entries.register_all()


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


def find_politicians(user, text):
    """Everybody whose name holds every word asked for."""
    found = Politician.objects.exclude(last_name="")
    for word in text.split():
        found = found.filter(holds(word, "first_name", "last_name"))
    found = list(found[:20])
    offices = {}
    for mandate in Mandate.objects.in_office().filter(politician__in=found).select_related("body"):
        offices.setdefault(mandate.politician_id, []).append(
            f"{mandate.title or mandate.get_role_display()}, {mandate.body}"
        )
    for politician in found:
        yield (
            str(politician),
            " · ".join(offices.get(politician.pk, [])) or str(_("no office now")),
            reverse("outreach:politician_detail", args=[politician.pk]),
        )


search_sources.register(SearchSource("letters", _("Letters"), "outreach.view_letter", find_letters))
search_sources.register(SearchSource("politicians", _("Politicians"), "outreach.view_politician", find_politicians))

retention_rules.register(
    RetentionRule(
        key="politicians",
        what=_("Elected politicians: name, office, party and the office's public e-mail address."),
        purpose=_("To send demands to those who decide, and to follow up what they promise."),
        basis=_(
            "Our legitimate interest (GDPR article 6 (1) f). The party is made public by the politician"
            " (article 9 (2) e)."
        ),
        keep=_(
            "Until the election period is over. Then name and address are removed. Letters we have sent are public"
            " documents and keep the name."
        ),
        apply=erasing.erase_politicians,
        fields=(
            "outreach.Politician.first_name",
            "outreach.Politician.last_name",
            "outreach.Politician.external_id",
            "outreach.Mandate.party",
            "outreach.Mandate.email",
            "outreach.Mandate.email_source",
            "outreach.Mandate.external_id",
            "outreach.OfficeTask.email",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="letters",
        what=_("Demands we have sent: the text, the office, the facts in it and who approved it."),
        purpose=_("To show what was asked of whom, and when."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("As long as the campaign lasts. Letters to municipalities are public documents."),
        fields=(
            "outreach.Letter.to_name",
            "outreach.Letter.to_email",
            "outreach.Letter.subject",
            "outreach.Letter.text",
            "outreach.Letter.drafted_subject",
            "outreach.Letter.drafted_text",
            "outreach.Redelivery.to_email",
        ),
    )
)

demonstration_parts.register(DemonstrationPart(key="outreach", order=60, load=demonstration.load))
demonstration_parts.register(DemonstrationPart(key="letters", order=62, load=demonstration_letters.load))

retention_rules.register(
    RetentionRule(
        key="objections",
        what=_("That a politician does not want letters from us, and what was said about it."),
        purpose=_("To leave those alone who ask for it."),
        basis=_("A legal obligation (GDPR article 21)"),
        keep=_("Until it is withdrawn, or the name of the politician is removed; what was said goes with the name."),
        fields=("outreach.Objection.note",),
    )
)

LOG_WORDS = {
    "consultation.changed": _("Consultation changed"),
    "consultation.created": _("Consultation put in"),
    "consultations.imported": _("Hearings of the Storting brought in"),
    "demand.created": _("Demand made"),
    "demand.draft_discarded": _("Draft of a demand thrown away"),
    "demand.drafted": _("Draft of a demand saved"),
    "demand.pair_confirmed": _("Forms of a demand confirmed to say the same"),
    "demand.published": _("Wording of a demand published"),
    "demand.status_changed": _("Status of a demand changed"),
    "hook.checked": _("Legal hook looked up"),
    "hook.saved": _("Legal hook saved"),
    "letter.edit_dropped": _("Editing of a letter by hand dropped"),
    "letter.edited": _("Letter edited by hand"),
    "letter.failed": _("Letter not delivered"),
    "letter.redelivery_approved": _("Corrected address of a letter approved"),
    "letter.redelivery_proposed": _("Corrected address of a letter put in"),
    "letter.redelivery_withdrawn": _("Corrected address of a letter taken back"),
    "letter.tested": _("Test copy of a letter sent"),
    "mailing.fact_changed": _("Letter held since a fact in it has changed"),
    "mailing.approved": _("Mailing approved"),
    "mailing.cancelled": _("Mailing cancelled"),
    "mailing.changed": _("Mailing changed"),
    "mailing.created": _("Mailing made"),
    "mailing.paused": _("Mailing paused"),
    "mailing.resumed": _("Mailing resumed"),
    "mailing.returned": _("Mailing sent back"),
    "mailing.sending_set": _("How a mailing is sent changed"),
    "mailing.submitted": _("Mailing submitted for approval"),
    "mailing.taken_back": _("Letters taken back"),
    "mandate.address_set": _("Address of an office put in"),
    "mandate.ended": _("Office ended"),
    "objection.recorded": _("Objection of a politician recorded"),
    "objection.withdrawn": _("Objection of a politician withdrawn"),
    "offices.changed": _("Office changed by the import"),
    "offices.imported": _("Representatives, ministers and committees imported"),
    "politician.erased": _("Personal data of a politician erased"),
    "politician.told": _("All we hold about a politician put together"),
    "submission.approved": _("Submission approved"),
    "submission.changed": _("Submission changed"),
    "submission.created": _("Submission drafted"),
    "submission.delivered": _("Submission delivered"),
    "submission.returned": _("Submission sent back"),
    "submission.submitted": _("Submission submitted for approval"),
}

for code, words in LOG_WORDS.items():
    logged_actions.register(LoggedAction(code, words))
