"""What has happened to a submission, with the difference each change made, as a person reads it."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.models import Submission, SubmissionRevision
from outreach.services.mailings.differences import Piece, compare
from taushet.models import AuditEntry, User

SENTENCES = {
    "submission.created": gettext_lazy("The draft was made."),
    "submission.changed": gettext_lazy("The text was changed."),
    "submission.submitted": gettext_lazy("It was submitted for approval."),
    "submission.approved": gettext_lazy("It was approved."),
    "submission.returned": gettext_lazy("It was sent back."),
    "submission.delivered": gettext_lazy("It was marked as delivered."),
    "submission.delivery_corrected": gettext_lazy("The delivery was corrected."),
    "submission.delivery_taken_back": gettext_lazy("The delivery was taken back."),
}


@dataclass(frozen=True)
class Line:
    at: datetime
    text: str
    who: User | None
    differences: list[tuple[str, list[Piece]]] = field(default_factory=list)


def submission_log(submission: Submission) -> list[Line]:
    """Return who did what, the newest first; a change says whether it voided an approval, and what differs."""
    revisions = {revision.number: revision for revision in submission.revisions.all()}
    reasons = dict(submission.delivery_changes.values_list("pk", "reason"))
    entries = AuditEntry.objects.filter(object_type=submission._meta.label_lower, object_id=str(submission.pk))
    return [line(entry, revisions, reasons) for entry in entries.select_related("actor")[:100]]


def line(entry: AuditEntry, revisions: dict[int, SubmissionRevision], reasons: dict[int, str]) -> Line:
    text = str(SENTENCES.get(entry.action, entry.action))
    if entry.detail.get("case"):
        text = _("The consultation has got another addressee, number or title, and the submission follows it.")
    if entry.detail.get("holds_case"):
        text = _("It says itself now to whom and in which case it goes, and has to be approved with that.")
    if entry.detail.get("was") in (Submission.Status.SUBMITTED, Submission.Status.APPROVED):
        text = f"{text} {_('What was approved is void.')}"
    if entry.action == "submission.approved" and entry.detail.get("house"):
        text = _("It was approved for %(house)s.") % {"house": User.House(entry.detail["house"]).label}
    if reason := reasons.get(entry.detail.get("delivery_change")):
        text = f"{text} {reason}"
    number = entry.detail.get("revision", 0)
    before, after = revisions.get(number - 1), revisions.get(number)
    differences = differences_of(before, after) if before and after else []
    return Line(entry.at, text, entry.actor, differences)


def differences_of(before: SubmissionRevision, after: SubmissionRevision) -> list[tuple[str, list[Piece]]]:
    """Return what differs between two revisions: to whom, title, senders, each block in its place, and the sources."""
    pairs = [
        (_("To"), before.addressee, after.addressee),
        (_("Case"), case_of(before), case_of(after)),
        (_("Demands"), numbers_of(before), numbers_of(after)),
        (_("Title"), before.title, after.title),
        (_("Sent by"), before.get_senders_display(), after.get_senders_display()),
    ]
    for index in range(max(len(before.blocks), len(after.blocks))):
        old, new = text_of(before.blocks, index), text_of(after.blocks, index)
        pairs.append((_("Block %(number)d") % {"number": index + 1}, old, new))
    pairs.append((_("Sources"), "\n".join(before.sources), "\n".join(after.sources)))
    return [(name, compare(old, new)) for name, old, new in pairs if old != new]


def case_of(revision: SubmissionRevision) -> str:
    return " – ".join(filter(None, (revision.reference, revision.case_title)))


def numbers_of(revision: SubmissionRevision) -> str:
    return ", ".join(str(number) for number in revision.demands)


def text_of(blocks: list[dict[str, str]], index: int) -> str:
    if index >= len(blocks):
        return ""
    return f"{blocks[index]['heading']}\n{blocks[index]['text']}".strip()
