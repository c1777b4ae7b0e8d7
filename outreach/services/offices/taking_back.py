"""Taking back what an import of offices wrote, as long as nobody has worked with it since."""

from django.db import IntegrityError, transaction
from django.db.models import Model, ProtectedError
from django.utils.translation import gettext as _

from outreach.models import Body, Mandate, Politician
from outreach.services.offices.council_writing import stored

MODELS: dict[str, type[Model]] = {"mandate": Mandate, "politician": Politician, "body": Body}


def take_back(written: dict) -> list[str]:
    """Undo what an import wrote, in the caller's transaction; returns what keeps it from being taken back.

    `written` is what `write_councils` and `import_storting` keep: the keys of new people, offices and bodies, what was
    changed with values before and after, and who left on which day.
    """
    hindrances = [*touched(written), *changed_again(written)]
    if hindrances:
        return hindrances
    try:
        with transaction.atomic():
            Mandate.objects.filter(pk__in=written["mandates"]).delete()
            for pk, _day, *before in written["ended"]:  # a day before when it was known already that they leave
                Mandate.objects.filter(pk=pk).update(ends_on=before[0] if before else None)
            for model, pk, before, _after in reversed(changes_of(written)):
                model.objects.filter(pk=pk).update(**before)
            Politician.objects.filter(pk__in=written["people"], mandates=None).delete()
            Body.objects.filter(pk__in=written.get("bodies", []), mandates=None).delete()
    except ProtectedError:
        return [_("Some of those who were put in have been worked with since.")]
    except IntegrityError:
        return [_("Some of the offices that ended have somebody else now.")]
    return []


def changes_of(written: dict) -> list[tuple[type[Model], int, dict, dict]]:
    """Return what was changed: the model, the key, and the values before and after."""
    rows = [row if len(row) == 4 else ["mandate", *row] for row in written["changed"]]
    return [(MODELS[name], pk, before, after) for name, pk, before, after in rows]


def touched(written: dict) -> list[str]:
    """Say who works with the offices that were put in."""
    mandates = Mandate.objects.filter(pk__in=written["mandates"])
    found = []
    if mandates.filter(letters__isnull=False).exists():
        found.append(_("Letters have been drafted to some of those who were put in."))
    if mandates.filter(tasks__isnull=False).exists() or mandates.filter(meets_for__isnull=False).exists():
        found.append(_("Some of those who were put in have been worked with since."))
    if mandates.exclude(ends_on=None).exists() or len(mandates) != len(written["mandates"]):
        found.append(_("Some of the offices that were put in have been changed since."))
    return found


def changed_again(written: dict) -> list[str]:
    """Say whether what was changed or ended is no longer as the import left it."""
    wanted: dict[type[Model], set[int]] = {}
    for model, pk, _before, _after in changes_of(written):
        wanted.setdefault(model, set()).add(pk)
    rows = {model: model.objects.in_bulk(pks) for model, pks in wanted.items()}
    days = dict(Mandate.objects.filter(pk__in=[pk for pk, *_days in written["ended"]]).values_list("pk", "ends_on"))
    last = {}  # one row may be changed twice by one import
    for model, pk, _before, after in changes_of(written):
        last.setdefault((model, pk), {}).update(after)
    found = []
    if any(
        pk not in rows[model] or stored(getattr(rows[model][pk], name)) != value
        for (model, pk), after in last.items()
        for name, value in after.items()
    ):
        found.append(_("Some of the offices that were changed have been changed again since."))
    if any(stored(days.get(pk)) != day for pk, day, *_before in written["ended"]):
        found.append(_("Some of the offices that ended have been changed since."))
    return found
