"""Carries a plan out: bulk writes in one transaction, recorded once."""

from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from municipalities.exceptions import OlderEdition
from municipalities.models import County, CrisisCentre, Indicator, Municipality, Succession, Unit
from municipalities.services.telling_apart import tell_apart
from taushet.models import Mark
from taushet.services import audit

from .checking import check_edition
from .comparing import Difference, Plan, compare
from .records import Edition

REGISTRY = "registry"


@transaction.atomic
def import_edition(edition: Edition, *, dry_run: bool = False) -> Plan:
    """Make the registry say what the edition says, and return what that took.

    Nothing is written when nothing differs or `dry_run` is set. Raises RegistryError when the edition is broken or
    half, and OlderEdition when the registry has been brought to a later day; nothing is changed then.
    """
    check_edition(edition)
    last = last_import()
    if last and last > edition.as_of:
        raise OlderEdition(
            _("The registry was refreshed as of %(last)s, and %(source)s is older (%(own)s). Nothing is changed.")
            % {"last": last.isoformat(), "source": edition.label, "own": edition.as_of.isoformat()}
        )
    plan = compare(edition)
    if not dry_run and (not plan.is_empty or last is None):
        write(plan)
        note_import(edition, plan)
    return plan


def last_import() -> date | None:
    """Return the day the registry is true of: that of the newest edition imported."""
    mark = Mark.objects.filter(name=REGISTRY).first()
    return timezone.localdate(mark.set_at) if mark else None


def write(plan: Plan) -> None:
    County.objects.bulk_create(plan.new_counties)
    update(County, plan.changed_counties)
    make_room(plan.changed_municipalities)
    update(Municipality, plan.ended)
    update(Municipality, plan.changed_municipalities)
    Municipality.objects.bulk_create(plan.new_municipalities)
    Succession.objects.bulk_create(plan.new_successions)
    update(Unit, plan.changed_units)
    Unit.objects.bulk_create(plan.new_units)
    write_centres(plan)
    Indicator.objects.bulk_create(plan.new_indicators)
    tell_apart()


def update(model, differences: list[Difference]) -> None:
    names = {name for difference in differences for name in difference.changes}
    if not names:
        return
    rows = [difference.row for difference in differences]
    if issubclass(model, County | Municipality):
        names.add("changed_at")
        for row in rows:
            row.changed_at = timezone.now()
    model.objects.bulk_update(rows, sorted(names), batch_size=200)


def make_room(differences: list[Difference]) -> None:
    """Empty the unique fields that change, so that two municipalities may swap map cells."""
    moving = {"grid_column", "grid_row", "organisation_number"}
    numbers = [difference.row.pk for difference in differences if moving & set(difference.changes)]
    if numbers:
        places = Municipality.objects.filter(pk__in=numbers)
        places.update(grid_column=None, grid_row=None, organisation_number="")
        for difference in differences:
            if difference.row.pk in numbers:
                difference.changes |= {name: difference.changes.get(name, ()) for name in moving}


def write_centres(plan: Plan) -> None:
    CrisisCentre.objects.bulk_create(plan.new_centres)
    link = CrisisCentre.municipalities.through
    link.objects.bulk_create(
        link(crisiscentre_id=centre.pk, municipality_id=number)
        for centre in plan.new_centres
        for number in sorted(plan.centre_links[centre.name])
    )


def note_import(edition: Edition, plan: Plan) -> None:
    day = timezone.make_aware(datetime.combine(edition.as_of, time()))
    mark, _created = Mark.objects.update_or_create(name=REGISTRY, defaults={"set_at": day})
    audit.record(
        "registry.imported", mark, kind="import", as_of=edition.as_of.isoformat(), source=edition.label, **plan.counts()
    )
