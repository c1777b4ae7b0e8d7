"""Legal hooks: kept up to date by staff, and what leans on one that is repealed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from outreach.models import Demand, DemandVersion, LegalHook
from taushet.models import User
from taushet.services import audit

CHECK_EVERY = timedelta(days=183)  # half a year: laws change at 1 January and 1 July


def unchecked_since(day: date | None = None) -> Q:
    """Those nobody has looked up for half a year; a hook that is repealed need not be."""
    day = day or timezone.localdate()
    overdue = Q(checked_on=None) | Q(checked_on__lte=day - CHECK_EVERY)
    return overdue & (Q(valid_to=None) | Q(valid_to__gt=day))


def with_demands(hooks: QuerySet[LegalHook]) -> QuerySet[LegalHook]:
    """Fetch for each hook the wordings that lean on it now: the current one and the draft of demands that stand."""
    leaning = (
        DemandVersion.objects.filter(
            Q(pk__in=DemandVersion.objects.current().values("pk")) | Q(published_at=None),
            demand__status=Demand.Status.ACTIVE,
        )
        .select_related("demand")
        .order_by("demand__number", "number")
    )
    return hooks.prefetch_related(Prefetch("demand_versions", leaning, to_attr="leaning"))


@transaction.atomic
def save_hook(hook: LegalHook, values: Mapping[str, Any], *, by: User) -> LegalHook:
    """Save a new or changed hook; the log says which fields changed."""
    if hook.pk:
        hook = LegalHook.objects.select_for_update().get(pk=hook.pk)
    changed = [name for name, value in values.items() if getattr(hook, name) != value]
    for name, value in values.items():
        setattr(hook, name, value)
    hook.save()
    audit.record("hook.saved", hook, by=by, changed=changed)
    return hook


@transaction.atomic
def check_hook(hook: LegalHook, *, by: User) -> LegalHook:
    """Record that somebody has looked the source up today and found it as it stands here."""
    hook = LegalHook.objects.select_for_update().get(pk=hook.pk)
    hook.checked_on = timezone.localdate()
    hook.save(update_fields=["checked_on"])
    audit.record("hook.checked", hook, by=by)
    return hook
