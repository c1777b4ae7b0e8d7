"""Drafting all letters of a mailing: at once when they are few, in the background and in pieces when they are many."""

from collections.abc import Iterator
from itertools import batched

from django.db import transaction
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.exceptions import ContentChanged, NothingToSend, OutreachError, WrongStatus
from outreach.models import DraftRun, Letter, LetterDemand, Mailing, Mandate
from outreach.services.mailings.audiences import Candidate, Look
from outreach.services.mailings.fingerprints import hash_of_letters
from outreach.services.mailings.grounds import Ground, gather, look_at
from outreach.services.mailings.holding import reason
from outreach.services.mailings.letter_pdfs import order_pdfs
from outreach.services.mailings.letters import make_letter, settle_draft
from outreach.services.mailings.starts import without_start
from taushet.models import User
from taushet.services import audit
from taushet.services.jobs import will_run_again

Status = Mailing.Status
# More letters than this are drafted by the worker, while the page shows how far it has come.
AT_ONCE = 300
CHUNK = 250
DRAFTED_FIELDS = (
    *("demand_version", "municipality", "mandate", "occasion", "language", "to_name", "to_email", "subject", "text"),
    *("facts", "held_for", "held_codes", "variant", "is_demonstration", "status", "content_hash"),
    *("edited_by", "edited_at", "drafted_subject", "drafted_text", "holder"),
)
# Enough of a letter that stands to see whether the new draft says anything else.
SEEN_FIELDS = (
    *("mailing_id", "demand_version_id", "municipality_id", "mandate_id", "status", "content_hash", "held_for"),
    *("variant", "edited_by_id", "edited_at", "drafted_subject", "drafted_text"),
)
NO_START = {
    Mailing.Occasion.REMINDER: gettext_lazy("Write an opening that says which letter this reminds of, in both forms."),
    Mailing.Occasion.ERRATUM: gettext_lazy("Write in the opening what was wrong, in both forms."),
}
Target = tuple[Candidate | None, str | None]


def lock(mailing: Mailing, *allowed: str) -> Mailing:
    """Return the mailing locked until the transaction ends; raises WrongStatus from any other status."""
    mailing = Mailing.objects.select_for_update(of=["self"]).select_related("demand_version__demand").get(pk=mailing.pk)
    if mailing.status not in allowed:
        raise WrongStatus(
            _("This cannot be done now. The mailing is: %(status)s.") % {"status": mailing.get_status_display()}
        )
    return mailing


def draft(mailing: Mailing, *, by: User | None = None, keeps_edits: bool = True, seen_hash: str = "") -> Mailing:
    """Draft every letter anew: now when they are few, else by the worker. With `seen_hash` it is submitted after.

    Raises WrongStatus once it is submitted: then the letters are frozen.
    """
    with transaction.atomic():
        mailing = lock(mailing, Status.DRAFT)
        stop_runs(mailing)
        if by and not keeps_edits:
            mailing.editors.add(by)  # throws away what others wrote
        found = look_at(mailing)
        if found.size <= AT_ONCE:
            return write_all(mailing, found, keeps_edits=keeps_edits)
        run = DraftRun.objects.create(
            mailing=mailing, by=by, keeps_edits=keeps_edits, seen_hash=seen_hash, total=found.size
        )
        mailing.content_hash = ""  # nobody can submit what is half drafted
        mailing.save(update_fields=["content_hash"])
        run_draft.enqueue(run.pk)
    return mailing


@transaction.atomic
def draft_letters(mailing: Mailing, *, keeps_edits: bool = True) -> Mailing:
    """Draft every letter of a draft anew and at once, from the facts and offices of this moment.

    What was edited by hand stays so unless `keeps_edits` is false. Raises WrongStatus once it is submitted.
    """
    mailing = lock(mailing, Status.DRAFT)
    stop_runs(mailing)
    return write_all(mailing, look_at(mailing), keeps_edits=keeps_edits)


def write_all(mailing: Mailing, found: Look, *, keeps_edits: bool) -> Mailing:
    ground = gather(mailing, found)
    for targets in batched(in_order(found), CHUNK, strict=False):
        write_chunk(ground, targets, keeps_edits=keeps_edits)
    return finish(mailing, found)


def stop_runs(mailing: Mailing) -> None:
    mailing.draft_runs.filter(finished_at=None).update(finished_at=timezone.now())


def in_order(found: Look) -> Iterator[Target]:
    """Give every office, place by place, and each place in which nobody holds such an office."""
    for row in sorted(found.candidates, key=lambda row: (row.municipality or "", row.mandate)):
        yield row, row.municipality
    for number in found.places_without:
        yield None, number


def write_chunk(ground: Ground, targets: tuple[Target, ...], *, keeps_edits: bool) -> None:
    """Draft some letters and store those that say anything else than before."""
    mandates = Mandate.objects.select_related("body", "politician").in_bulk(
        [row.mandate for row, _number in targets if row]
    )
    drafted = ground.mailing.letters.filter(status__in=Letter.DRAFTED)
    standing = {letter.mandate_id: letter for letter in drafted.filter(mandate__in=mandates).only(*SEEN_FIELDS)}
    empty = [number for row, number in targets if row is None]
    if empty:
        unmanned = drafted.filter(mandate=None, municipality__in=empty).only(*SEEN_FIELDS)
        standing |= {letter.municipality_id: letter for letter in unmanned}
    new, changed = [], []
    for row, number in targets:
        mandate = mandates[row.mandate] if row else None
        letter = make_letter(ground, row, mandate, ground.places.get(number))
        old = standing.get(row.mandate if row else number)
        if old is None:
            new.append(letter)
            continue
        letter.pk = old.pk
        if keeps_edits and old.is_edited:
            keep_edit(letter, old, ground)
        if differs(old, letter):
            changed.append(letter)
    store(ground, new, changed)


def store(ground: Ground, new: list[Letter], changed: list[Letter]) -> None:
    """Write letters; the row of the first demand is the database's own, those of the others are written here."""
    LetterDemand.objects.filter(letter__in=[letter.pk for letter in changed], position__gt=0).delete()
    # One statement for many rows: an update of so many fields takes twenty times as long.
    Letter.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=DRAFTED_FIELDS, batch_size=CHUNK
    )
    Letter.objects.bulk_create(new, batch_size=CHUNK)
    LetterDemand.objects.bulk_create(
        LetterDemand(
            letter=letter,
            demand_version=version,
            position=position,
            mandate=letter.mandate,
            channel=letter.channel,
            occasion=letter.occasion,
        )
        for letter in (*changed, *new)
        for position, version in enumerate(ground.versions)
        if position
    )


def differs(old: Letter, new: Letter) -> bool:
    """Whether a new draft says anything else than the letter that stands."""
    if old.status == new.status == Letter.Status.READY and old.variant == new.variant and not old.is_edited:
        return old.content_hash != new.content_hash
    return True


def keep_edit(letter: Letter, old: Letter, ground: Ground) -> None:
    """Let a letter keep what was written by hand; when the draft behind it has changed, somebody has to look."""
    drafted = (letter.subject, letter.text)
    kept = Letter.objects.values_list("subject", "text").get(pk=old.pk)
    if kept == drafted and not letter.held_for:
        return  # the draft says now what somebody wrote
    letter.edited_by_id, letter.edited_at = old.edited_by_id, old.edited_at
    letter.subject, letter.text = kept
    before = (old.drafted_subject, old.drafted_text)
    if letter.held_for:  # there is no new draft to compare with
        letter.drafted_subject, letter.drafted_text = before
    else:
        was_outdated = any(one["why"] == "edit_outdated" for one in old.held_for)
        letter.drafted_subject, letter.drafted_text = drafted
        if drafted != before or was_outdated:
            letter.held_for = [reason("edit_outdated", "text")]
    settle_draft(letter, ground)


def finish(mailing: Mailing, found: Look) -> Mailing:
    """Take away the letters nobody is to get any more, and give the mailing its fingerprint."""
    drafted = mailing.letters.filter(status__in=Letter.DRAFTED)
    wanted = {row.mandate for row in found.candidates}, set(found.places_without)
    gone = [
        pk
        for pk, mandate, number in drafted.order_by().values_list("pk", "mandate", "municipality")
        if (mandate not in wanted[0] if mandate else number not in wanted[1])
    ]
    for some in batched(gone, CHUNK, strict=False):
        Letter.objects.filter(pk__in=some).delete()
    ready = mailing.letters.filter(status=Letter.Status.READY).order_by()
    mailing.content_hash = hash_of_letters(mailing, ready.values_list("content_hash", flat=True))
    mailing.drafted_at = timezone.now()
    mailing.save(update_fields=["content_hash", "drafted_at"])
    return mailing


@task(takes_context=True)
def run_draft(context: TaskContext, run_id: int) -> str:
    """Draft the letters of a large mailing, piece by piece, until it is done or something newer takes over."""
    run = DraftRun.objects.select_related("mailing", "by").filter(pk=run_id, finished_at=None).first()
    if run is None:
        return "stopped"
    try:
        found = look_at(run.mailing)
        ground = gather(run.mailing, found)
        DraftRun.objects.filter(pk=run.pk).update(total=found.size, done=0)
        for targets in batched(in_order(found), CHUNK, strict=False):
            with transaction.atomic():
                if not holds(run):
                    return "stopped"
                write_chunk(ground, targets, keeps_edits=run.keeps_edits)
                DraftRun.objects.filter(pk=run.pk).update(done=min(found.size, run.done + len(targets)))
                run.done += len(targets)
        with transaction.atomic():
            if not holds(run):
                return "stopped"
            finish(run.mailing, found)
        if run.seen_hash:
            with transaction.atomic():
                if holds(run):
                    freeze(run.mailing, by=run.by, seen_hash=run.seen_hash)
    except OutreachError as error:
        end_run(run, str(error))
        return "refused"
    except Exception as error:
        if not will_run_again(error, context):  # a database that was away for a moment passes
            end_run(run, _("Something went wrong with the letters. Draft them again; if it happens again, tell us."))
        raise  # whoever runs the platform sees what it was
    end_run(run)
    return "done"


def end_run(run: DraftRun, error: str = "") -> None:
    """Say that a drafting is over, so that the mailing can be changed and drafted again whatever happened."""
    DraftRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=timezone.now(), error=error[:300])


def holds(run: DraftRun) -> bool:
    """Whether this drafting is still wanted; keeps the mailing as it is until the transaction ends."""
    run.mailing = Mailing.objects.select_for_update().get(pk=run.mailing_id)
    wanted = DraftRun.objects.filter(pk=run.pk, finished_at=None).exists()
    return wanted and run.mailing.status == Status.DRAFT


def freeze(mailing: Mailing, *, by: User, seen_hash: str) -> Mailing:
    """Freeze the letters as `by` saw them and put the mailing before a colleague, inside the caller's transaction.

    Raises ContentChanged when they differ from what was seen, NothingToSend when every letter is held, or when a
    reminder or a correction does not say why it comes.
    """
    if without_start(mailing):
        raise NothingToSend(NO_START[mailing.occasion])
    if mailing.content_hash != seen_hash:
        raise ContentChanged(
            _("Facts or addresses have changed since you read the letters. They are drafted anew: read them again.")
        )
    if not mailing.letters.filter(status=Letter.Status.READY).exists():
        raise NothingToSend(_("Every letter is held, so there is nothing to send. See why beside each of them."))
    mailing.status, mailing.submitted_at, mailing.return_note = Status.SUBMITTED, timezone.now(), ""
    mailing.save(update_fields=["status", "submitted_at", "return_note"])
    mailing.editors.add(by)
    audit.record("mailing.submitted", mailing, by=by, content_hash=mailing.content_hash)
    order_pdfs(mailing)
    return mailing
