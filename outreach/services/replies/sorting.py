"""What a person decides about a reply: what it is, which letters it is about, who it is from, what becomes public."""

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import NotPublicReady, NotVerified, WrongStatus
from outreach.models import Letter, PublishedWords, Reply, ReplyLink
from outreach.services.mailings.differences import Piece, compare
from outreach.services.replies.mail_reading import RECEIPT
from outreach.services.replies.quoting import split_quoted
from outreach.services.replies.receiving import COMMON_DOMAINS, LEFT, from_offices, left_before
from outreach.services.replies.standing import refuse_unseen, refuse_what_is_relied_on
from taushet.models import User
from taushet.searches import holds
from taushet.services import audit

Kind = Reply.Kind
SUGGESTED, FOUND = 5, 10
# The last greeting at the start of a line, with what follows it: at most twelve lines.
SIGNED = re.compile(
    r"^[ \t]*(?:(?:med )?(?:vennlig|vennleg|venleg|beste|best) )?(?:hilsen|helsing|mvh)\b[^\n]{0,60}"
    r"(?:\n(?![ \t]*(?:(?:med )?(?:vennlig|vennleg|venleg|beste|best) )?(?:hilsen|helsing|mvh)\b)[^\n]*){0,12}\Z",
    re.IGNORECASE | re.MULTILINE,
)
PRIVATE = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "[e-postadresse]"),
    (re.compile(r"(?<!\d)\d{6}[ ]?\d{5}(?!\d)"), "[fødselsnummer]"),
    (
        re.compile(
            r"(?<![\d/-])(?:\+47[ ]?)?(?:\d{2}[ ]\d{2}[ ]\d{2}[ ]\d{2}|\d{3}[ ]\d{2}[ ]\d{3}|[2-9]\d{7})(?![\d/-])"
        ),
        "[telefon]",
    ),
)


def next_to_sort(after: int | None = None) -> Reply | None:
    """Return the reply that has waited longest; with `after` the one behind that reply, so that one can be skipped."""
    waiting = Reply.objects.to_sort()
    before = Reply.objects.filter(pk=after).first() if after else None
    if before:
        behind = Q(received_at__gt=before.received_at) | Q(received_at=before.received_at, pk__gt=before.pk)
        return waiting.filter(behind).first() or waiting.first()
    return waiting.first()


def suggested_kind(reply: Reply) -> str:
    """Return what a reply most likely is; a suggestion that a person follows or not."""
    return Kind.RECEIPT if reply.is_automatic or RECEIPT.search(split_quoted(reply.text)[0][:2000]) else Kind.ANSWER


def suggested_letters(reply: Reply) -> list[Letter]:
    """Return letters the sender may mean, the likeliest first: those sent to the same domain, the newest first."""
    domain = reply.from_email.rpartition("@")[2]
    if not domain:
        return []
    who = {"to_email__iexact": reply.from_email} if domain in COMMON_DOMAINS else {"to_email__iendswith": f"@{domain}"}
    return list(_letters(reply).filter(**who).exclude(replies=reply).order_by("-settled_at", "-pk")[:SUGGESTED])


def find_letters_to(text: str, reply: Reply) -> list[Letter]:
    """Return letters a reply may answer, by municipality or its number, office holder or subject, the newest first."""
    found = holds(text, "municipality__name", "to_name", "to_email", "subject")
    if text.isdigit():
        found |= Q(municipality_id=text)
    return list(_letters(reply).filter(found).order_by("-settled_at", "-pk")[:FOUND])


def letters_among(numbers: Iterable[int], reply: Reply) -> list[Letter]:
    """Return those of some letters, by their keys, that a reply may answer."""
    return list(_letters(reply).filter(pk__in=list(numbers)).order_by("-settled_at", "-pk"))


def _letters(reply: Reply):
    about = ("municipality", "demand_version__demand", "mandate__body")
    return left_before(reply.received_at).filter(status__in=LEFT).select_related(*about)


def counts_by_kind() -> dict[str, int]:
    """Return how many replies there are of each kind; "unsorted" is those that wait."""
    return dict(Reply.objects.order_by().values_list("kind").annotate(number=Count("pk")))


@transaction.atomic
def sort_reply(
    reply: Reply, *, kind: str, letters: Iterable[int], by: User, how: str = "", seen: str | None = None
) -> Reply:
    """Put down what a reply is and which letters it is about; the links become exactly these.

    With `how` somebody says in the same breath how they know who it is from. Raises WrongStatus for a kind nobody can
    choose, an answer to no letter, and what is public or promised in it; ContentChanged when it is no longer as `seen`.
    """
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    refuse_unseen(reply, seen)
    chosen = set(Letter.objects.filter(pk__in=list(letters), status__in=LEFT).values_list("pk", flat=True))
    if kind not in Reply.SORTABLE:
        raise WrongStatus(_("Choose what it is."))
    refuse_what_is_relied_on(reply, kind=kind, letters=chosen)
    if kind == Kind.ANSWER and not chosen:
        raise WrongStatus(_("Choose the letter it answers."))
    there = set(reply.links.values_list("letter", flat=True))
    if left_before(reply.received_at).filter(pk__in=chosen - there).count() < len(chosen - there):
        raise WrongStatus(_("A letter that left after the reply had come cannot be what it answers."))
    verifies = bool(how) and reply.verified_by_id is None
    was_verified = reply.verified_at and reply.verified_at.isoformat()
    reply.before = as_it_stands(reply) | {"verified_with_it": verifies, "verified_at": was_verified}
    reply.links.filter(letter__in=there - chosen).delete()
    sender = reply.from_email if reply.sender_check == Reply.Check.PASS else ""
    own = from_offices(sender, Letter.objects.filter(pk__in=chosen - there))
    ReplyLink.objects.bulk_create(
        ReplyLink(reply=reply, letter_id=pk, how=ReplyLink.How.PERSON, linked_by=by, is_from_office=pk in own)
        for pk in sorted(chosen - there)
    )
    before = reply.kind
    reply.kind, reply.sorted_at, reply.sorted_by = kind, timezone.now(), by
    reply.save(update_fields=["kind", "sorted_at", "sorted_by", "before"])
    audit.record(
        "reply.sorted",
        reply,
        by=by,
        was=before,
        sort=kind,
        added=sorted(chosen - there),
        removed=sorted(there - chosen),
    )
    return verify_sender(reply, how=how, by=by) if verifies else reply


def as_it_stands(reply: Reply) -> dict[str, Any]:
    """Return what sorting changes of a reply, as JSON; with what stood before that, so that one can go back twice."""
    links = reply.links.order_by("pk").values("letter", "how", "linked_by", "linked_at", "is_from_office")
    return {
        "kind": reply.kind,
        "sorted_at": reply.sorted_at and reply.sorted_at.isoformat(),
        "sorted_by": reply.sorted_by_id,
        "links": [link | {"linked_at": link["linked_at"].isoformat()} for link in links],
        "before": reply.before,
    }


@transaction.atomic
def unsort_reply(reply: Reply, *, by: User) -> Reply:
    """Undo the last sorting: kind, links and who found them become as they were, and what was confirmed along with it.

    One that no person has sorted, such as an automatic one, is put in line. Raises WrongStatus when the reply is
    public, or when something has been promised in it.
    """
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if reply.published_at:
        raise WrongStatus(_("The answer is public. Take it back first."))
    if reply.commitments.put_in().exists():
        raise WrongStatus(_("A promise has been put in from it, so it stays an answer."))
    if reply.sorted_at is None:
        return reply
    audit.record("reply.put_back", reply, by=by, was=reply.kind)
    fields = ["kind", "sorted_at", "sorted_by", "before"]
    if reply.before is None:
        reply.kind = Kind.QUARANTINE if reply.sender_check == Reply.Check.FAIL else Kind.UNSORTED
        reply.sorted_at = reply.sorted_by = None
    else:
        fields += restore(reply, reply.before)
    reply.save(update_fields=fields)
    return reply


def restore(reply: Reply, was: dict[str, Any]) -> list[str]:
    """Let a reply be as it was; returns which further fields have changed."""
    reply.kind, reply.before, reply.sorted_by_id = was["kind"], was["before"], was["sorted_by"]
    reply.sorted_at = datetime.fromisoformat(was["sorted_at"]) if was["sorted_at"] else None
    # What was sorted by an older release does not say of each link whether it is from the office.
    untold = [link["letter"] for link in was["links"] if "is_from_office" not in link]
    own = from_offices(reply.from_email if reply.is_from_office else "", Letter.objects.filter(pk__in=untold))
    reply.links.all().delete()
    ReplyLink.objects.bulk_create(
        ReplyLink(
            reply=reply,
            letter_id=link["letter"],
            how=link["how"],
            linked_by_id=link["linked_by"],
            linked_at=datetime.fromisoformat(link["linked_at"]),
            is_from_office=link.get("is_from_office", link["letter"] in own),
        )
        for link in was["links"]
    )
    if not was["verified_with_it"]:
        return []
    reply.verified_at = datetime.fromisoformat(was["verified_at"]) if was.get("verified_at") else None
    reply.verified_by = None
    reply.verified_how = ""
    return ["verified_at", "verified_by", "verified_how"]


@transaction.atomic
def verify_sender(reply: Reply, *, how: str, by: User) -> Reply:
    """Put down how somebody has made sure that a reply is from whom it says, for all its letters.

    So it can be done too where our receiver has proven the address of only one of them. Doing it twice changes nothing.
    """
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if reply.verified_by_id is None:
        reply.verified_at, reply.verified_by, reply.verified_how = reply.verified_at or timezone.now(), by, how
        reply.save(update_fields=["verified_at", "verified_by", "verified_how"])
        audit.record("reply.verified", reply, by=by)
    return reply


def draft_for_public(reply: Reply) -> str:
    """Return the sender's own words, to be redacted by hand.

    Addresses, phone and identity numbers are taken out, and whoever has signed: an employee is named to nobody.
    """
    text = SIGNED.sub("[…]", split_quoted(reply.text)[0])
    for pattern, stand_in in PRIVATE:
        text = pattern.sub(stand_in, text)
    return text


@transaction.atomic
def publish_reply(reply: Reply, *, text: str, speaker: str, by: User, seen: str | None = None) -> Reply:
    """Show an answer to everybody, in the words somebody has gone through; doing it again changes the words.

    Raises NotVerified when nobody knows who it is from, NotPublicReady when it is no answer to any letter,
    ContentChanged when it is no longer as `seen`.
    """
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    refuse_unseen(reply, seen)
    refuse_to_publish(reply)
    keep_words(reply)  # words from before there was a history
    reply.published_text, reply.published_speaker = text, speaker
    reply.published_at, reply.published_by = timezone.now(), by
    fields = ["published_text", "published_speaker", "published_at", "published_by"]
    reply.save(update_fields=fields)
    keep_words(reply)
    audit.record("reply.published", reply, by=by)
    return reply


def refuse_to_publish(reply: Reply) -> None:
    """Raise what keeps a reply from becoming public, if anything does."""
    if reply.kind not in {Kind.ANSWER, Kind.RECEIPT} or not reply.links.exists():
        raise NotPublicReady(_("Only an answer to a letter can become public."))
    if not reply.is_verified:
        raise NotVerified(_("Nobody has made sure who this is from. Confirm the sender first."))
    if reply.links.doubtful().exists():
        raise NotVerified(_("The sender is confirmed for some of the letters only. Confirm it for all of them first."))


def keep_words(reply: Reply) -> None:
    """Put the words that are public beside those that were, with who and when; the same words once."""
    last = reply.published_words.first()
    words = (reply.published_text, reply.published_speaker)
    if reply.published_text and (last is None or (last.text, last.speaker) != words):
        PublishedWords.objects.create(
            reply=reply,
            number=last.number + 1 if last else 1,
            text=reply.published_text,
            speaker=reply.published_speaker,
            published_at=reply.published_at,
            published_by=reply.published_by,
        )


def history_of(reply: Reply) -> list[tuple[PublishedWords, list[Piece]]]:
    """Return the words a reply was public in, the newest first, each with what it changed in those before."""
    rows = list(reply.published_words.select_related("published_by"))
    return [
        (row, compare(f"{was.speaker}\n{was.text}", f"{row.speaker}\n{row.text}") if was else [])
        for row, was in pairwise([*rows, None])
    ]


@transaction.atomic
def take_back_reply(reply: Reply, *, why: str, by: User) -> Reply:
    """Show an answer to nobody outside any longer, and put down why; its words stay for another time."""
    reply = Reply.objects.select_for_update().get(pk=reply.pk)
    if reply.published_at:
        reply.published_at = reply.published_by = None
        reply.taken_back_at, reply.taken_back_by, reply.taken_back_why = timezone.now(), by, why
        names = ("published_at", "published_by", "taken_back_at", "taken_back_by", "taken_back_why")
        reply.save(update_fields=names)
        audit.record("reply.taken_back", reply, by=by)
    return reply
