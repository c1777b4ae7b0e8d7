"""A wording on its way: written as a draft, confirmed in all its languages, then published for good."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from municipalities.models import Indicator
from outreach.exceptions import ContentChanged, NotReadyToPublish
from outreach.models import Demand, DemandVersion, LegalHook, NeededFact
from outreach.services.demands.pairs import Block, carry_over, is_confirmed, pairs_of
from outreach.services.demands.wordings import check_wording
from outreach.services.mailings.fingerprints import canonical_hash
from taushet.models import User
from taushet.services import audit

TEXTS = tuple(
    f"{block}_{code}"
    for block in Block.values
    for code in (("nb", "nn") if block in ("subject", "letter") else ("nb", "nn", "en", "se"))
)
UNCONFIRMED = gettext_lazy("Not every block is confirmed to say the same in bokmål and nynorsk.")


def draft_of(demand: Demand) -> DemandVersion | None:
    """Return the wording that is being written, None when there is none."""
    return demand.versions.filter(published_at=None).first()


def newest(demand: Demand) -> DemandVersion | None:
    """Return the draft, or the newest published wording."""
    return demand.versions.order_by("-number").first()


def seen_of(version: DemandVersion | None) -> str:
    """A fingerprint of a whole wording, so that two people do not write over each other."""
    if version is None:
        return ""
    return canonical_hash({"number": version.number} | {name: getattr(version, name) for name in TEXTS})


@transaction.atomic
def save_draft(
    demand: Demand,
    *,
    texts: Mapping[str, str],
    indicators: Iterable[Indicator],
    hooks: Iterable[LegalHook],
    by: User,
    seen: str | None = None,
) -> DemandVersion:
    """Save the next wording of a demand as a draft; what is published stays as it is until the draft follows it.

    Raises BrokenTemplate when a letter names something it cannot know, and ContentChanged when somebody else has
    saved since `seen`.
    """
    indicators, hooks = list(indicators), list(hooks)
    check_wording(texts, indicators, hooks)
    Demand.objects.select_for_update().get(pk=demand.pk)
    last = newest(demand)
    if seen is not None and seen != seen_of(last):
        raise ContentChanged(_("Somebody has changed the wording since you opened it. Open it again to change it."))
    if last is not None and last.published_at is None:
        version, changed = last, [name for name, text in texts.items() if getattr(last, name) != text]
        DemandVersion.objects.filter(pk=version.pk).update(**texts)
        version.refresh_from_db()
    else:
        changed = []
        version = DemandVersion.objects.create(demand=demand, number=last.number + 1 if last else 1, **texts)
        if last is not None:
            carry_over(last, version)
    version.hooks.set(hooks)
    version.needed_facts.all().delete()
    NeededFact.objects.bulk_create(
        NeededFact(version=version, indicator=indicator, position=position)
        for position, indicator in enumerate(indicators)
    )
    audit.record("demand.drafted", version, by=by, demand=demand.number, version=version.number, changed=changed)
    return version


def faults_before_publishing(version: DemandVersion) -> list[str]:
    """Return what keeps a draft from being published, a sentence each."""
    faults = []
    pairs = pairs_of(version)
    if any(pair.missing for pair in pairs):
        faults.append(_("A text is missing in bokmål or nynorsk."))
    elif not all(pair.is_confirmed for pair in pairs):
        faults.append(str(UNCONFIRMED))
    today = timezone.localdate()
    faults += [
        _("%(hook)s is not in force. Choose another legal hook.") % {"hook": hook.citation}
        for hook in version.hooks.order_by("pk")
        if not hook.is_valid_on(today)
    ]
    if not version.hooks.exists():
        faults.append(_("The demand leans on nothing. Choose a legal hook or a source."))
    if version.demand.status != Demand.Status.ACTIVE:
        faults.append(_("The demand is met or withdrawn."))
    return faults


@transaction.atomic
def publish_draft(version: DemandVersion, *, by: User, seen: str) -> DemandVersion:
    """Publish a draft as it was seen; new mailings use it from now on, and it is never edited again.

    Raises NotReadyToPublish, which says why, when a block is not confirmed or a hook is repealed, and ContentChanged
    when it is no longer what was seen or is published already.
    """
    Demand.objects.select_for_update().get(pk=version.demand_id)
    version = DemandVersion.objects.select_for_update(of=["self"]).select_related("demand").get(pk=version.pk)
    if version.published_at is not None or seen != seen_of(version):
        raise ContentChanged(_("The wording has changed since you opened it. Read it again."))
    if faults := faults_before_publishing(version):
        raise NotReadyToPublish(" ".join(faults))
    version.published_at = timezone.now()
    version.save(update_fields=["published_at"])
    audit.record("demand.published", version, by=by, demand=version.demand.number, version=version.number)
    return version


@transaction.atomic
def discard_draft(version: DemandVersion, *, by: User) -> None:
    """Throw a draft away. Raises ContentChanged when it has been published meanwhile."""
    Demand.objects.select_for_update().get(pk=version.demand_id)
    draft = DemandVersion.objects.filter(pk=version.pk, published_at=None).first()
    if draft is None:
        raise ContentChanged(_("This wording is published already."))
    audit.record("demand.draft_discarded", draft, by=by, demand=draft.demand.number, version=draft.number)
    draft.delete()


def why_not_to_send(version: DemandVersion) -> str:
    """Return which reason to hold a letter the wording itself gives, or nothing; hooks are looked at apart."""
    if version.demand.status != Demand.Status.ACTIVE:
        return "demand_over"
    if version.published_at is None or not is_confirmed(version):
        return "not_confirmed"
    return ""
