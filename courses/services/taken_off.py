"""Who left a session, and who was taken off it by staff: only the first is a no. The log knows which it was."""

from collections import defaultdict

from courses.models import Assignment, Session, Swap
from taushet.models import AuditEntry

TAKEN_OFF = "trainer.withdrawn"
ENDS = ("trainer.left", "trainer.out_today", TAKEN_OFF)


def taken_off_by_staff(session: Session) -> set[int]:
    """Return the numbers of the assignments of a session that staff ended and the trainer had not asked to end.

    Whoever swapped it away had asked. What the log has forgotten counts as left. Costs one query when nobody has gone.
    """
    gone = session.assignments.filter(state=Assignment.State.WITHDRAWN).order_by("changed_at", "pk")
    rows = list(gone.values_list("pk", "trainer"))
    if not rows:
        return set()
    numbers, ways = defaultdict(list), defaultdict(list)
    for pk, trainer in rows:
        numbers[trainer].append(pk)
    entries = AuditEntry.objects.about(session).filter(action__in=ENDS).order_by("pk")
    for action, detail in entries.values_list("action", "detail"):
        ways[detail.get("trainer")].append(action)
    # From the last on: whoever was on and off several times has an entry each time, of which the oldest may be gone.
    found = {
        pk
        for trainer, mine in numbers.items()
        for pk, action in zip(reversed(mine), reversed(ways[trainer]), strict=False)
        if action == TAKEN_OFF
    }
    swapped = Swap.objects.filter(assignment__in=found, state=Swap.State.APPROVED)
    return found - set(swapped.values_list("assignment", flat=True))
