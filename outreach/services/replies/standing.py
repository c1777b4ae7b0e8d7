"""How a reply stands: what people who look at it at the same time have seen, and what already leans on it."""

from django.utils.translation import gettext as _

from outreach.exceptions import ContentChanged, WrongStatus
from outreach.models import Letter, Reply
from outreach.services.mailings.fingerprints import canonical_hash

SHOWN = ("kind", "sorted_at", "verified_at", "verified_how", "published_at", "published_text", "published_speaker")


def seen_of(reply: Reply) -> str:
    """A fingerprint of what has been decided about a reply, so that two people do not decide over each other."""
    decided = {name: str(getattr(reply, name)) for name in SHOWN}
    letters = sorted(reply.links.values_list("letter", flat=True))
    promises = sorted(reply.commitments.put_in().values_list("pk", flat=True))
    return canonical_hash(decided | {"letters": letters, "promises": promises})


def refuse_unseen(reply: Reply, seen: str | None) -> None:
    """Raise ContentChanged when a reply no longer stands as somebody has seen it; None asks nothing."""
    if seen is not None and seen != seen_of(reply):
        raise ContentChanged(_("Somebody has worked with this reply since you opened it. See how it stands now."))


def refuse_what_is_relied_on(reply: Reply, *, kind: str, letters: set[int]) -> None:
    """Raise WrongStatus when a reply is to be something else than what is public of it, or promised in it, needs."""
    if reply.published_at and (kind not in {Reply.Kind.ANSWER, Reply.Kind.RECEIPT} or not letters):
        raise WrongStatus(_("The answer is public. Take it back first."))
    promises = reply.commitments.put_in().values_list("mandate", "municipality")
    if not promises:
        return
    if kind != Reply.Kind.ANSWER:
        raise WrongStatus(_("A promise has been put in from it, so it stays an answer."))
    left = set(Letter.objects.filter(pk__in=letters).values_list("mandate", "municipality"))
    offices, places = {office for office, place in left}, {place for office, place in left if place}
    if not all(office in offices or place in places for office, place in promises):
        raise WrongStatus(_("A promise has been put in from it, so the letter that was answered stays."))
