"""Whose turn it is to approve: which house has, which has not, and who there can."""

from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.db.models import Q

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
    """Return who may approve it: neither who wrote it nor who changed it last."""
    permission = Permission.objects.get(
        content_type__app_label=row._meta.app_label, codename=f"approve_{row._meta.model_name}"
    )
    may = Q(is_superuser=True) | Q(groups__permissions=permission) | Q(user_permissions=permission)
    return (
        User.objects.active()
        .filter(may)
        .exclude(pk__in={row.author_id, row.last_editor_id})
        .distinct()
        .order_by("name")
    )
