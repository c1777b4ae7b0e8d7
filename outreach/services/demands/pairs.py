"""Whether the language forms of a wording say the same: confirmed block by block, by somebody who has read both."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from outreach.exceptions import ContentChanged, NothingToConfirm, WrongStatus
from outreach.models import ConfirmedBlock, DemandVersion
from outreach.services.mailings.differences import Piece, compare
from outreach.services.mailings.fingerprints import canonical_hash
from taushet.models import User
from taushet.services import audit

Block = ConfirmedBlock.Block
FORMS = ("nb", "nn")  # what every wording has
OPTIONAL = ("en", "se")
OF_A_LETTER = (Block.SUBJECT, Block.LETTER)


@dataclass(frozen=True)
class Form:
    """A block in one language, and how it differs from what was last confirmed."""

    language: str
    text: str
    confirmed: str | None

    @property
    def has_changed(self) -> bool:
        return self.confirmed is not None and self.text != self.confirmed

    @property
    def difference(self) -> list[Piece]:
        return compare(self.confirmed or "", self.text)


@dataclass(frozen=True)
class Pair:
    """A block of a wording in all its languages."""

    block: str
    texts: dict[str, str]
    confirmation: ConfirmedBlock | None

    @property
    def label(self) -> str:
        return str(Block(self.block).label)

    @property
    def missing(self) -> list[str]:
        """The forms of Norwegian nobody has written."""
        return [code for code in FORMS if not self.texts[code].strip()]

    @property
    def is_confirmed(self) -> bool:
        return not self.missing and self.confirmation is not None and self.confirmation.texts == self.texts

    @property
    def forms(self) -> list[Form]:
        confirmed = self.confirmation.texts if self.confirmation else {}
        return [Form(code, text, confirmed.get(code)) for code, text in self.texts.items() if text or code in FORMS]

    @property
    def seen(self) -> str:
        """A fingerprint of what a reader has before them."""
        return canonical_hash(self.texts)


def block_texts(version: DemandVersion, block: str) -> dict[str, str]:
    """Return a block by language; the optional languages only when they are written."""
    optional = () if block in OF_A_LETTER else OPTIONAL
    texts = {code: getattr(version, f"{block}_{code}") for code in FORMS}
    return texts | {code: text for code in optional if (text := getattr(version, f"{block}_{code}"))}


def pairs_of(version: DemandVersion) -> list[Pair]:
    """Return every block of a wording with its confirmation, in one query."""
    confirmed = {row.block: row for row in version.confirmed_blocks.select_related("confirmed_by")}
    return [Pair(block.value, block_texts(version, block.value), confirmed.get(block.value)) for block in Block]


def is_confirmed(version: DemandVersion) -> bool:
    """Whether everything in a wording is confirmed to say the same in each language."""
    return all(pair.is_confirmed for pair in pairs_of(version))


@transaction.atomic
def confirm_pair(version: DemandVersion, block: str, *, by: User, seen: str) -> ConfirmedBlock:
    """Record that `by` has read a block in all its languages and that they say the same.

    Raises WrongStatus when the wording is published already, NothingToConfirm when a form is not written, and
    ContentChanged when it is no longer what was seen.
    """
    version = DemandVersion.objects.select_for_update().get(pk=version.pk)
    if version.published_at is not None:
        raise WrongStatus(_("This wording is published already."))
    pair = next(pair for pair in pairs_of(version) if pair.block == block)
    if pair.missing:
        raise NothingToConfirm(_("Both bokmål and nynorsk have to be written first."))
    if pair.seen != seen:
        raise ContentChanged(_("The text has changed since you opened it. Read it again."))
    audit.record("demand.pair_confirmed", version, by=by, block=block, seen=seen)
    return write_confirmation(version, block, pair.texts, by)


def write_confirmation(version: DemandVersion, block: str, texts: dict[str, str], by: User | None) -> ConfirmedBlock:
    row, _created = ConfirmedBlock.objects.update_or_create(
        version=version,
        block=block,
        defaults={"texts": texts, "confirmed_by": by, "confirmed_at": timezone.now()},
    )
    return row


def confirm_all(version: DemandVersion, *, by: User | None) -> None:
    """Confirm the wordings that came with both forms together."""
    for block in Block:
        write_confirmation(version, block.value, block_texts(version, block.value), by)


def carry_over(old: DemandVersion, new: DemandVersion) -> None:
    """Let a draft begin with the confirmations of the wording it grew from."""
    ConfirmedBlock.objects.bulk_create(
        ConfirmedBlock(
            version=new,
            block=row.block,
            texts=row.texts,
            confirmed_by_id=row.confirmed_by_id,
            confirmed_at=row.confirmed_at,
        )
        for row in old.confirmed_blocks.all()
    )
