"""What outreach shows on pages of others, and how a status looks."""

from django import template
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from outreach.models import Commitment, Letter, Mailing, Reply
from outreach.models.hold_words import HOLD_KINDS
from outreach.services.demands.gullstandard import answers_of
from outreach.services.mailings.audience_words import describe
from outreach.services.mailings.audiences import Audience
from outreach.services.mailings.holding import MAILING
from outreach.services.replies.answers import demands_put_to
from taushet.services.mail_html import clickable

register = template.Library()

COLOURS = {
    Mailing.Status.DRAFT: "neutral",
    Mailing.Status.SUBMITTED: "info",
    Mailing.Status.APPROVED: "success",
    Letter.Status.READY: "info",
    Letter.Status.HELD: "warning",
    Letter.Status.QUEUED: "info",
    Letter.Status.SENT: "success",
    Letter.Status.STAYED: "neutral",
    Letter.Status.UNKNOWN: "warning",
    Letter.Status.FAILED: "danger",
    Letter.Status.STOPPED: "danger",
    Reply.Kind.UNSORTED: "info",
    Reply.Kind.ANSWER: "success",
    Reply.Kind.QUARANTINE: "danger",
    Commitment.Status.PROMISED: "info",
    Commitment.Status.IN_PROGRESS: "info",
    Commitment.Status.KEPT: "success",
    Commitment.Status.PARTLY: "warning",
    Commitment.Status.BROKEN: "danger",
    Commitment.Status.REVIEW: "warning",
    Commitment.Status.WITHDRAWN: "neutral",
}


@register.filter
def status_colour(status):
    """The colour of the tag that shows a status."""
    return COLOURS.get(status, "neutral")


# Where each reason to hold a letter is mended: who may, what the link says, and its address for a letter and a field.
MEND = {
    "fact_missing": ("municipalities.add_fact", _("Put in what you know"), "fact"),
    "fact_stale": ("municipalities.add_fact", _("Put in what is true now"), "fact"),
    "fact_unsourced": ("municipalities.add_fact", _("Put in the source"), "fact"),
    "hook_lapsed": ("outreach.change_demand", _("Write a new version of the demand"), "wording"),
    "not_confirmed": ("outreach.change_demand", _("Confirm both forms"), "wording"),
    "broken_text": ("outreach.change_demand", _("Write a new version of the demand"), "wording"),
    "no_address": ("outreach.change_mandate", _("Put in the address"), "address"),
    "suppressed": ("outreach.change_mandate", _("Put in another address"), "address"),
    "no_text": ("outreach.change_demand", _("Write a new version of the demand"), "wording"),
    "hole": ("outreach.change_demand", _("Write a new version of the demand"), "wording"),
    "demand_over": ("outreach.change_mailing", _("Take it out of the mailing"), "mailing"),
    "edit_outdated": ("outreach.change_mailing", _("Read and edit the letter"), "letter"),
    "municipality_ended": ("outreach.change_mailing", _("Take it out of the mailing"), "mailing"),
}
OWN_TEXT = ("outreach.change_mailing", _("Mend the mailing’s own text"), "mailing")
# Offices whose address has a page of its own; that of others is on the page of the municipality.
OWN_PAGE = ("mailbox", "mayor")


def address_place(letter, field):
    if letter.municipality_id is None:
        return ""
    page = f"outreach:{field}_update" if field in OWN_PAGE else "outreach:recipient_detail"
    return reverse(page, args=[letter.municipality_id])


PLACES = {
    "fact": lambda letter, field: (
        reverse("municipalities:fact_update", args=[letter.municipality_id, field]) if letter.municipality_id else ""
    ),
    "wording": lambda letter, slug: reverse(
        "outreach:wording_update", args=[slug or letter.mailing.demand_version.demand.slug]
    ),
    "address": address_place,
    "mailing": lambda letter, field: reverse("outreach:mailing_update", args=[letter.mailing_id]),
    "letter": lambda letter, field: reverse("outreach:letter_edit", args=[letter.mailing_id, letter.pk]),
}


@register.inclusion_tag("outreach/held_reasons.html", takes_context=True)
def held_reasons(context, letter):
    """Why a letter is held, and for whoever may mend it a link to where."""
    user = context["user"]
    # Once letters have left, their mailing cannot be changed; what they say of others can be mended still.
    beyond = ("mailing", "letter") if context.get("has_left") else ()
    reasons = []
    for sentence, reason in zip(letter.held_reasons, letter.held_for, strict=True):
        at = reason.get("at", "")
        permission, label, place = OWN_TEXT if at == MAILING else MEND.get(reason["why"], ("", "", ""))
        may_mend = place and place not in beyond and user.has_perm(permission)
        field = at if place == "wording" else reason["field"]
        reasons.append((sentence, label, PLACES[place](letter, field) if may_mend else ""))
    return {"reasons": reasons, "letter": letter}


@register.inclusion_tag("outreach/demand_progress.html")
def demand_progress(demand, progress):
    """How it goes with a demand: asked, answered, promised."""
    return {"demand": demand, "progress": progress}


@register.inclusion_tag("outreach/municipality_checklist.html")
def municipality_checklist(municipality):
    """How far a municipality is with the Gullstandard."""
    answers = answers_of(municipality)
    counts = {name: answers.count(value) for name, value in (("yes", "yes"), ("no", "no"), ("unknown", ""))}
    return {"municipality": municipality} | counts


@register.filter(name="linked")
def with_own_links(text, links):
    """The text of a letter, in which only the letter's own addresses can be clicked."""
    return clickable(text, links)


@register.inclusion_tag("outreach/differences.html")
def differences(pieces):
    """A text as it became another, with what is gone and what is new marked."""
    return {"pieces": pieces}


@register.filter
def step_words(why):
    """What an audience loses on the way to its letters, in words."""
    return HOLD_KINDS.get(why, why)


@register.inclusion_tag("outreach/municipality_demands.html")
def municipality_demands(municipality):
    """The demands a municipality has received, for its public page."""
    return {"municipality": municipality, "rows": demands_put_to(municipality)}


@register.simple_tag
def audience_words(mailing):
    """Who a mailing goes to, as one line."""
    return describe(Audience.from_json(mailing.audience), mailing.picks.count())


@register.inclusion_tag("outreach/public_answers.html")
def municipality_answers(municipality):
    """What a municipality has answered, for its public page."""
    return {"answers": Reply.objects.public_answers(municipality=municipality)}


@register.inclusion_tag("outreach/public_answers.html")
def demand_answers(demand):
    """What has been answered to a demand, for its public page."""
    return {"answers": Reply.objects.public_answers(demand=demand), "with_places": True}


@register.inclusion_tag("outreach/letter_replies.html")
def letter_replies(letter):
    """The replies to a letter, for staff."""
    return {"replies": letter.replies.order_by("-received_at")}


@register.inclusion_tag("outreach/public_commitments.html")
def municipality_commitments(municipality):
    """What has been promised for a municipality, for its public page."""
    standing = Commitment.objects.standing().with_source().with_public_changes()
    return {"commitments": standing.filter(municipality=municipality)}


@register.inclusion_tag("outreach/public_commitments.html")
def demand_commitments(demand):
    """What has been promised about a demand, for its public page."""
    standing = Commitment.objects.standing().with_source().with_public_changes().filter(demand=demand)
    return {"commitments": standing.select_related("municipality"), "with_places": True}


@register.inclusion_tag("outreach/reply_commitments.html")
def reply_commitments(reply):
    """The promises entered from a reply, for staff."""
    return {"commitments": reply.commitments.all()}
