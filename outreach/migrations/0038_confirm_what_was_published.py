"""What was published before forms were confirmed was written in both together; an ended demand gets a reason to mend."""

from django.db import migrations
from django.utils import timezone

BLOCKS = {"title": ("en",), "summary": ("en",), "text": ("en",), "subject": (), "letter": ()}


def confirm(apps, schema_editor):
    confirmed = apps.get_model("outreach", "ConfirmedBlock")
    versions = apps.get_model("outreach", "DemandVersion").objects
    for version in versions.filter(published_at__isnull=False, confirmed_blocks=None).iterator():
        for block, optional in BLOCKS.items():
            texts = {code: getattr(version, f"{block}_{code}") for code in ("nb", "nn")}
            texts |= {code: text for code in optional if (text := getattr(version, f"{block}_{code}"))}
            confirmed.objects.create(version=version, block=block, texts=texts, confirmed_at=version.published_at)


def explain(apps, schema_editor):
    ended = apps.get_model("outreach", "Demand").objects.exclude(status="active").filter(status_on=None)
    ended.update(
        status_on=timezone.localdate(),
        status_reason_nb="Grunnen er ikke skrevet ned ennå.",
        status_reason_nn="Grunnen er ikkje skriven ned enno.",
        evidence="–",
    )


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0037_pairs_and_status_of_demands'),
    ]

    operations = [
        migrations.RunPython(confirm, migrations.RunPython.noop),
        migrations.RunPython(explain, migrations.RunPython.noop),
    ]
