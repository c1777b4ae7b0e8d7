"""What replies tell the house: who may sort them, what waits, the search, and who has answered."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from municipalities.knowledge import Knowledge, knowledge
from outreach.demonstration import replies as demonstration
from outreach.models import Reply
from outreach.services.replies import answers, receiving
from taushet import roles
from taushet.registries import (
    DemonstrationPart,
    InboundKind,
    RolePermissions,
    SearchSource,
    TodayCard,
    demonstration_parts,
    inbound_kinds,
    role_permissions,
    search_sources,
    today_cards,
)

SEE = ("outreach.view_reply",)
SORT = (*SEE, "outreach.sort_reply", "outreach.publish_reply")
for role, permissions in {roles.CAMPAIGN: SORT, roles.APPROVER: SEE, roles.ADMINISTRATOR: SORT}.items():
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


today_cards.register(TodayCard("replies", _("Replies"), "outreach.sort_reply", replies_to_sort, order=56))


def find_replies(user, text):
    """Replies by journal number, subject, sender or municipality."""
    for reply in Reply.objects.search(text)[:20]:
        detail = " · ".join(filter(None, [str(reply.get_kind_display()), reply.journal_number]))
        yield reply.subject or str(_("No subject")), detail, reply.get_absolute_url()


search_sources.register(SearchSource("replies", _("Replies"), "outreach.view_reply", find_replies))
knowledge.register(Knowledge("last_answer", _("last answer"), answers.last_answer))
knowledge.register(Knowledge("answered", _("has answered"), answers.answered))
demonstration_parts.register(DemonstrationPart("replies", order=65, load=demonstration.load))
