"""Mailings of the demonstration: one waits for approval, two have run their course so that every page can be seen.

Letters leave in business hours only, also in a demonstration; nobody who looks at it at night should meet a dead end.
"""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from outreach.models import DemandVersion, Letter, Mailing, Mandate
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.audiences import Audience
from outreach.services.mailings.mailings import Plan, create_mailing, submit_mailing
from taushet.models import Message, User
from taushet.services.settling import rest

WAITING = "Plan og opplæring, første runde"
WAITING_FOR = ("4631", "3301", "5610", "1506", "3901")
TITLE = "Plan og opplæring, sendt tidligere (demonstrasjon)"
PLACES = ("0301", "3238", "4644", "5501")
TO_MAYORS = "Plan og opplæring, til ordførere (demonstrasjon)"
MAYORS = ("4601", "5001", "4204", "3107")
# What has been sent, to whom, where.
SENT = ((TITLE, Mandate.Role.MAILBOX, PLACES), (TO_MAYORS, Mandate.Role.MAYOR, MAYORS))
STAYED = gettext_noop("A demonstration sends nothing.")


@transaction.atomic
def load(write: Callable[[str], None]) -> None:
    """Load the mailings, each unless it is there."""
    invent_waiting()
    invent_sent(write)


def invent_waiting() -> None:
    """Submit a mailing that waits for approval, unless there is one."""
    author = User.objects.filter(email="campaign@demo.example").first()
    version = DemandVersion.objects.sendable().filter(demand__number=1).first()
    if author is None or version is None or Mailing.objects.filter(title=WAITING).exists():
        return
    audience = Audience(roles=(Mandate.Role.MAILBOX,), municipalities=WAITING_FOR)
    mailing = create_mailing(Plan(WAITING, (version,), audience), author=author)
    if mailing.letters.going().exists():
        submit_mailing(mailing, by=author, seen_hash=mailing.content_hash)


def invent_sent(write: Callable[[str], None]) -> None:
    """Load mailings that one has written and another approved, with letters as they are once they would have left."""
    author = User.objects.filter(email="campaign@demo.example").first()
    approver = User.objects.filter(email="approver@demo.example").first()
    version = DemandVersion.objects.sendable().filter(demand__number=1).first()
    if not settings.DEMO or not (author and approver and version):
        return
    for title, role, places in SENT:
        if not Mailing.objects.filter(title=title).exists():
            audience = Audience(roles=(role,), municipalities=places)
            mailing = create_mailing(Plan(title, (version,), audience), author=author)
            if mailing.letters.going().exists():
                let_run(mailing, author, approver)
    stayed = Letter.objects.filter(mailing__title__in=[title for title, _role, _places in SENT]).counts()
    write(f"{stayed.get(Letter.Status.STAYED, 0)} letters that have run their course")


def let_run(mailing: Mailing, author: User, approver: User) -> None:
    """Let a draft be submitted, approved and sent at any hour; its letters stay here."""
    mailing = submit_mailing(mailing, by=author, seen_hash=mailing.content_hash)
    approve_mailing(mailing, approver=approver, seen_hash=mailing.content_hash, is_public_confirmed=True)
    waiting = Message.objects.select_for_update().filter(pk__in=mailing.letters.values("message"))
    for message in waiting.filter(state=Message.State.QUEUED):
        rest(message, Message.State.STAYED, STAYED)
