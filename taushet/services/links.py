"""Secret links: made when needed, kept as a hash, revoked by a new generation (design rule 10)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from taushet.models import SecretLink
from taushet.ready_query import ReadyQuery
from taushet.registries import link_kinds

PLACEHOLDER = re.compile(r"\[\[link:([a-z-]+):(\d+)\]\]")
# With what of the path stands behind it, such as the calendar file of a page.
PLACEHOLDER_PATH = re.compile(rf"{PLACEHOLDER.pattern}(?:[\w/-]+(?:\.\w+)*)?")


def make_token(purpose: str, subject_id: int, generation: int) -> str:
    """Return the 43-character token of one generation of a link."""
    text = f"{purpose}|{subject_id}|{generation}"
    digest = hmac.new(settings.LINK_KEY.encode(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue_link(purpose: str, subject_id: int) -> str:
    """Return the token of the live link, making the first one when there is none.

    Does not revive a link that was revoked: raises SecretLink.DoesNotExist then, use renew_link.
    """
    last = SecretLink.objects.filter(purpose=purpose, subject_id=subject_id).order_by("-generation").first()
    if last is None:
        return issue_first_link(purpose, subject_id)
    if last.revoked_at is not None:
        raise SecretLink.DoesNotExist(f"The {purpose} link is revoked.")
    return make_token(purpose, subject_id, last.generation)


def issue_first_link(purpose: str, subject_id: int) -> str:
    """Return the token of the first link of something that has just been made.

    Who makes it at the same time makes the same one, so it may stand there already.
    """
    token = make_token(purpose, subject_id, 1)
    first = SecretLink(purpose=purpose, subject_id=subject_id, generation=1, token_sha256=hash_token(token))
    SecretLink.objects.bulk_create([first], ignore_conflicts=True)
    return token


def issue_first_links(purpose: str, subject_ids: Iterable[int]) -> None:
    """Make the first link of each that has none yet, in one statement, so that none is made while mail is sent."""
    SecretLink.objects.bulk_create(
        (
            SecretLink(
                purpose=purpose,
                subject_id=number,
                generation=1,
                token_sha256=hash_token(make_token(purpose, number, 1)),
            )
            for number in sorted(set(subject_ids))
        ),
        ignore_conflicts=True,
    )


@transaction.atomic
def renew_link(purpose: str, subject_id: int) -> str:
    """Revoke the link that is out there, if any, and return the token of a new one."""
    revoke_link(purpose, subject_id)
    last = SecretLink.objects.filter(purpose=purpose, subject_id=subject_id).order_by("-generation").first()
    generation = last.generation + 1 if last else 1
    token = make_token(purpose, subject_id, generation)
    SecretLink.objects.create(
        purpose=purpose, subject_id=subject_id, generation=generation, token_sha256=hash_token(token)
    )
    return token


def open_link(purpose: str, subject_id: int) -> str:
    """Return the token of the live link, or of a new one where it was closed.

    For an owner who has just shown who they are, such as somebody who was shut out once and has been let in again.
    """
    try:
        return issue_link(purpose, subject_id)
    except SecretLink.DoesNotExist:
        return renew_link(purpose, subject_id)


def revoke_link(purpose: str, subject_id: int) -> int:
    """Close the live link, if any; returns how many were closed."""
    live = SecretLink.objects.filter(purpose=purpose, subject_id=subject_id, revoked_at=None)
    return live.update(revoked_at=timezone.now())


def revoke_links(purposes: Iterable[str], subject_ids: Iterable[int]) -> int:
    """Close the live links of many subjects; returns how many were closed."""
    live = SecretLink.objects.filter(purpose__in=list(purposes), subject_id__in=list(subject_ids), revoked_at=None)
    return live.update(revoked_at=timezone.now())


def find_link(purpose: str, token: str) -> SecretLink | None:
    """Return the link of a token, also when revoked (a feed then answers 410), or None when nobody made it."""
    return SecretLink.objects.filter(purpose=purpose, token_sha256=hash_token(token)).first()


def find_subject(purpose: str, token: str) -> int | None:
    """Return what a live token opens, or None when it is unknown or revoked."""
    link = find_link(purpose, token)
    return link.subject_id if link and link.revoked_at is None else None


def find_live(token: str, *purposes: str) -> SecretLink | None:
    """Return the live link of a token for one of these purposes, or None."""
    link = LIVE_LINK.first(hash_token(token))
    return link if link and link.purpose in purposes else None


LIVE_LINK = ReadyQuery(lambda digest: SecretLink.objects.filter(token_sha256=digest, revoked_at=None), "-digest")


def page_address(purpose: str, token: str) -> str:
    """Return where to send a browser: a path as long as everything is on one host, else the whole address."""
    address = link_address(purpose, token)
    return address.removeprefix(settings.BASE_URL) if settings.NEUTRAL_URL == settings.BASE_URL else address


class Placeholder(str):
    """What stands in stored mail where a link will be, made by the house; the same signs typed by somebody are none."""

    __slots__ = ()


def placeholder(purpose: str, subject_id: int) -> Placeholder:
    """Return what stands in stored mail where the link will be."""
    return Placeholder(f"[[link:{purpose}:{subject_id}]]")


def without_placeholders(text: str) -> str:
    """Return a text in which nothing will be filled in."""
    return text.replace("[[", "[ [")


def link_address(purpose: str, token: str) -> str:
    """Return the absolute address of a link; raises KeyError when no part of the house registered the purpose."""
    kind = link_kinds[purpose]
    host = settings.BASE_URL if kind.on_main_host else settings.NEUTRAL_URL
    return host + reverse(kind.url_name, args=[token])


def fill_placeholders(text: str, drawn: dict[str, str] | None = None) -> str:
    """Put real addresses where the placeholders are; done at the last step, on the way to the mail provider.

    `drawn` keeps what was drawn for one mail, so that all its parts have the same link (`LinkKind.draw`); it may hold
    addresses that were found before.
    """
    drawn = {} if drawn is None else drawn

    def fill(match: re.Match) -> str:
        purpose, subject_id = match[1], int(match[2])
        if match[0] in drawn:
            return drawn[match[0]]
        draw = link_kinds[purpose].draw
        if draw is None:
            return link_address(purpose, issue_link(purpose, subject_id))
        return drawn.setdefault(match[0], link_address(purpose, draw(subject_id)))

    return PLACEHOLDER.sub(fill, text)


def find_addresses(texts: Iterable[str]) -> dict[str, str]:
    """Return what belongs in place of the placeholders in some texts, as far as live links stand there already.

    In a query for each purpose, where many mails are about to leave; what is missing is found or refused one by one.
    """
    wanted: dict[str, set[int]] = {}
    for text in texts:
        for purpose, subject_id in PLACEHOLDER.findall(text):
            kind = link_kinds.get(purpose)
            if kind is not None and kind.draw is None:
                wanted.setdefault(purpose, set()).add(int(subject_id))
    found = {}
    for purpose, subjects in wanted.items():
        live = SecretLink.objects.filter(purpose=purpose, subject_id__in=subjects, revoked_at=None)
        for subject_id, generation in live.values_list("subject_id", "generation"):
            address = link_address(purpose, make_token(purpose, subject_id, generation))
            found[str(placeholder(purpose, subject_id))] = address
    return found
