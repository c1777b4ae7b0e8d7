"""What answers and promises offer to the rest of the house."""

from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from municipalities.knowledge import Knowledge, knowledge
from outreach import demonstration_replies, tasks
from outreach.models import Commitment, FollowUp, Reply
from outreach.services.privacy import forgetting, replies_told
from outreach.services.privacy.subject_access import MORE_PARTS
from outreach.services.replies import answers, open_data, receiving
from taushet import roles
from taushet.registries import (
    Dataset,
    DemonstrationPart,
    InboundKind,
    LoggedAction,
    PeriodicTask,
    RetentionRule,
    RolePermissions,
    SearchSource,
    TodayCard,
    datasets,
    demonstration_parts,
    inbound_kinds,
    logged_actions,
    periodic_tasks,
    retention_rules,
    role_permissions,
    search_sources,
    today_cards,
)

SEE = ("outreach.view_reply", "outreach.view_commitment", "outreach.view_followup")
CONFIRM = (*SEE, "outreach.confirm_commitment")
SORT = (
    *CONFIRM,
    "outreach.sort_reply",
    "outreach.publish_reply",
    "outreach.add_commitment",
    "outreach.change_commitment",
    "outreach.change_followup",
)
for role, permissions in {roles.CAMPAIGN: SORT, roles.APPROVER: CONFIRM, roles.ADMINISTRATOR: SORT}.items():
    role_permissions.register(RolePermissions(f"replies-{role}", role, permissions))

# Before what puts automatic mail aside: an automatic reply to a letter is kept with the letter.
inbound_kinds.register(InboundKind("reply", receiving.take_reply, order=20, keeps=True))


def replies_to_sort(user):
    """Say how many replies wait for somebody, and how many stand in quarantine."""
    if count := Reply.objects.to_sort().count():
        sentence = ngettext("%(n)s reply to sort", "%(n)s replies to sort", count)
        yield sentence % {"n": count}, reverse("outreach:reply_sort")
    if count := Reply.objects.filter(kind=Reply.Kind.QUARANTINE, sorted_at=None).count():
        sentence = ngettext("%(n)s reply in quarantine", "%(n)s replies in quarantine", count)
        yield sentence % {"n": count}, f"{reverse('outreach:reply_list')}?kind={Reply.Kind.QUARANTINE}"
    if count := Reply.objects.answers_of_nobody_known().count():
        sentence = ngettext(
            "%(n)s answer without a confirmed sender", "%(n)s answers without a confirmed sender", count
        )
        yield sentence % {"n": count}, f"{reverse('outreach:reply_list')}?kind={Reply.Kind.ANSWER}&sender=no"


def promises_to_confirm(user):
    """The promises that somebody else has entered."""
    waiting = Commitment.objects.waiting().exclude(entered_by=user).select_related("municipality")
    for commitment in waiting.order_by("entered_at", "pk")[:20]:
        place = commitment.municipality.display_name if commitment.municipality else str(_("The whole country"))
        yield f"{place}: {commitment.quote[:80]}", commitment.get_absolute_url()


def promises_to_review(user):
    """Say how many promises need to be looked at anew."""
    if count := Commitment.objects.standing().filter(status=Commitment.Status.REVIEW).count():
        sentence = ngettext("%(n)s promise to review", "%(n)s promises to review", count)
        yield sentence % {"n": count}, f"{reverse('outreach:commitment_list')}?status={Commitment.Status.REVIEW}"


def follow_ups_waiting(user):
    """Say how many letters and promises should be followed up."""
    if count := FollowUp.objects.waiting().count():
        sentence = ngettext("%(n)s to follow up", "%(n)s to follow up", count)
        yield sentence % {"n": count}, reverse("outreach:follow_up_list")


today_cards.register(
    TodayCard("follow-ups", _("Unanswered letters and promises"), "outreach.change_followup", follow_ups_waiting)
)
today_cards.register(
    TodayCard("promises", _("Promises to confirm"), "outreach.confirm_commitment", promises_to_confirm)
)
today_cards.register(
    TodayCard("review", _("Promises of those who have left office"), "outreach.change_commitment", promises_to_review)
)
today_cards.register(TodayCard("replies", _("Replies"), "outreach.sort_reply", replies_to_sort))


def find_replies(user, text):
    """Replies by journal number, subject, sender or municipality."""
    for reply in Reply.objects.search(text)[:20]:
        detail = " · ".join(filter(None, [str(reply.get_kind_display()), reply.journal_number]))
        yield reply.subject or str(_("No subject")), detail, reply.get_absolute_url()


search_sources.register(SearchSource("replies", _("Replies"), "outreach.view_reply", find_replies))
knowledge.register(Knowledge("last_answer", _("last answer"), answers.last_answer))
knowledge.register(Knowledge("answered", _("has answered"), answers.answered))
retention_rules.register(
    RetentionRule(
        key="replies",
        what=_("Replies to our letters: who wrote, what they wrote, files that came with it, and the mail itself."),
        purpose=_("To read the answer, to make public what was answered, and to follow up what was promised."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_(
            "Answers for five years. Automatic replies and what is not about us for a year. What has been made public"
            " stays, without private people in it."
        ),
        apply=forgetting.erase_replies,
        fields=(
            "outreach.Reply.from_name",
            "outreach.Reply.from_email",
            "outreach.Reply.subject",
            "outreach.Reply.text",
            "outreach.Reply.journal_number",
            "outreach.Reply.verified_how",
            "outreach.Reply.before",
            "outreach.Reply.published_text",
            "outreach.Reply.published_speaker",
            "outreach.PublishedWords.text",
            "outreach.PublishedWords.speaker",
            "outreach.ReplyAttachment.name",
        ),
    )
)

retention_rules.register(
    RetentionRule(
        key="commitments",
        what=_("Promises of politicians: their words, their office and what shows how it goes."),
        purpose=_("To hold those who decide to what they have promised."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("As long as the campaign lasts. What somebody promises in a public office is public."),
        fields=(
            "outreach.Commitment.quote",
            "outreach.Commitment.speaker",
            "outreach.Commitment.refused_why",
            "outreach.CommitmentChange.reason",
            "outreach.CommitmentChange.evidence",
            "outreach.CommitmentChange.evidence_url",
            "outreach.FollowUp.draft",
        ),
    )
)
datasets.register(
    Dataset(
        "svar",
        _("Answers to our demands"),
        _("The answers that are public, in the words that everybody may read, one row for each demand they answer."),
        (
            ("svar", _("our number of the answer")),
            ("dato", _("the day it came")),
            ("type", _("answer, or receipt when it only confirms that the letter has come")),
            ("kommunenummer", _("the official number of the municipality")),
            ("kommune", _("the municipality")),
            ("krav", _("our number of the demand")),
            ("krav_lenke", _("where the demand can be read")),
            ("svarer", _("who answers: the municipality, or an office and its holder on that day")),
            ("tekst", _("what is answered, without private people")),
            ("saksnummer", _("the case number of the municipality")),
        ),
        open_data.answer_rows,
    )
)
datasets.register(
    Dataset(
        "lofter",
        _("Promises"),
        _("What has been promised in answers to our demands, and how it goes."),
        (
            ("lofte", _("our number of the promise")),
            ("svar", _("our number of the answer it stands in")),
            ("sitat", _("what was promised, word for word")),
            ("lover", _("who promised, in which office on that day")),
            ("sagt", _("the day it was said")),
            ("kommunenummer", _("the official number of the municipality; empty for the whole country")),
            ("kommune", _("the municipality")),
            ("krav", _("our number of the demand")),
            ("krav_lenke", _("where the demand can be read")),
            ("frist", _("the day by which it is to be done")),
            ("status", _("promised, in_progress, kept, partly, broken, uncheckable or review")),
            ("status_fra", _("the day since which it stands so")),
        ),
        open_data.promise_rows,
    )
)
periodic_tasks.register(PeriodicTask("promises", timedelta(hours=1), tasks.review_promises.enqueue))
periodic_tasks.register(PeriodicTask("follow-ups", timedelta(hours=6), tasks.open_follow_ups.enqueue))

demonstration_parts.register(DemonstrationPart(key="replies", order=65, load=demonstration_replies.load))

MORE_PARTS |= {
    "replies": replies_told.replies,
    "commitments": replies_told.commitments,
    "follow_ups": replies_told.follow_ups,
}

LOG_WORDS = {
    "commitment.changed": _("Status of a promise changed"),
    "commitment.confirmed": _("Promise confirmed"),
    "commitment.entered": _("Promise put in"),
    "commitment.refused": _("Promise refused"),
    "follow_up.settled": _("Follow-up done"),
    "reply.erased": _("Reply erased"),
    "reply.published": _("Answer made public"),
    "reply.put_back": _("Reply put back to be sorted"),
    "reply.received": _("Reply received"),
    "reply.seen": _("Reply read"),
    "reply.sorted": _("Reply sorted"),
    "reply.taken_back": _("Answer taken back from the public"),
    "reply.verified": _("Sender of a reply confirmed"),
}

for code, words in LOG_WORDS.items():
    logged_actions.register(LoggedAction(code, words))
