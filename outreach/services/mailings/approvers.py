"""How a mailing or a submission is approved: by somebody else, as it stands, by each house that sends it."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outreach.exceptions import NotPublicReady, NotYourTurn, OwnMailing, WrongStatus
from outreach.models import Approval, Mailing, Submission, SubmissionApproval
from taushet.models import User


@dataclass(frozen=True)
class Turn:
    """What one house has to do with it: its name (none when anybody may), its approval, or who can give it."""

    house: str
    approval: Approval | SubmissionApproval | None
    people: list[User]


def turns(row: Mailing | Submission) -> list[Turn]:
    """Return a turn for each house that has to approve a mailing or a submission as it stands."""
    standing = row.approvals.filter(voided_at=None, content_hash=row.content_hash).select_related("approver")
    given = {approval.house: approval for approval in standing}
    people = list(approvers(row))
    return [
        Turn(
            User.House(house).label if house else "",
            given.get(house),
            [] if house in given else [one for one in people if not house or one.house == house],
        )
        for house in row.approving_houses
    ]


def approvers(row: Mailing | Submission):
    """Return who may approve it: nobody who wrote or changed it, nor who has approved it for the other house."""
    permission = Permission.objects.get(
        content_type__app_label=row._meta.app_label, codename=f"approve_{row._meta.model_name}"
    )
    may = Q(is_superuser=True) | Q(groups__permissions=permission) | Q(user_permissions=permission)
    return (
        User.objects.active().filter(may).exclude(pk__in=row.hands | row.standing_approvers).distinct().order_by("name")
    )


def to_approve(rows: QuerySet, user: User) -> list:
    """Return those of some mailings or submissions that this person could approve now, the oldest first."""
    waiting = rows.filter(status=rows.model.Status.SUBMITTED).order_by("submitted_at")
    return [row for row in waiting if row.can_be_approved_by(user)]


@dataclass(frozen=True)
class Refusals:
    """Why somebody may not approve it, in the words for what it is."""

    own: str
    is_not_waiting: str
    of_neither_house: str
    is_not_public: str


REFUSALS = {
    Mailing: Refusals(
        gettext_lazy("Someone else has to approve your mailing."),
        gettext_lazy("This mailing is not waiting for approval."),
        gettext_lazy("Both houses send this mailing, and you belong to neither, so you cannot approve it."),
        gettext_lazy("Confirm that the letters can become public."),
    ),
    Submission: Refusals(
        gettext_lazy("Someone else has to approve your submission."),
        gettext_lazy("This submission is not waiting for approval."),
        gettext_lazy("Both houses send this submission, and you belong to neither, so you cannot approve it."),
        gettext_lazy("Confirm that the submission can become public."),
    ),
}


def refuse_approver(row: Mailing | Submission, approver: User, *, is_public_confirmed: bool) -> None:
    """Raise OwnMailing, WrongStatus, NotYourTurn or NotPublicReady when this person may not approve it so."""
    words = REFUSALS[type(row)]
    if approver.pk in row.hands:
        raise OwnMailing(str(words.own))
    if row.status != row.Status.SUBMITTED:
        raise WrongStatus(str(words.is_not_waiting))
    if approver.pk in row.standing_approvers:
        raise OwnMailing(_("You have approved it already. Somebody else approves for the other house."))
    house = row.house_of(approver)
    if house not in row.houses_left:
        raise NotYourTurn(_("Your house has approved it already.") if house else str(words.of_neither_house))
    if not is_public_confirmed:
        raise NotPublicReady(str(words.is_not_public))


def give_approval(row: Mailing | Submission, approver: User, seen_hash: str) -> Approval | SubmissionApproval:
    """Put down that it is approved as it was seen; once no house is left it is approved as a whole."""
    approval = row.approvals.create(
        approver=approver,
        house=row.house_of(approver),
        author=row.author,
        last_editor=row.last_editor,
        content_hash=seen_hash,
        is_public_confirmed=True,
        approved_at=timezone.now(),
    )
    if not row.houses_left:
        row.status = row.Status.APPROVED
        row.save(update_fields=["status"])
    return approval


def void_approvals(row: Mailing | Submission) -> None:
    row.approvals.filter(voided_at=None).update(voided_at=timezone.now())
