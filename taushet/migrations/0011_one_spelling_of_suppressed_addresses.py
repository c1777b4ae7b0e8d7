from django.db import migrations

from taushet.addresses import canonical


def spell_alike(apps, schema_editor):
    """Write `bærum.no` as `xn--brum-voa.no`; a row whose other spelling is there already goes."""
    Suppression = apps.get_model("taushet", "Suppression")
    for row in Suppression.objects.order_by("pk").iterator():
        spelled = canonical(row.email)
        if spelled == row.email:
            continue
        if Suppression.objects.filter(email=spelled, purpose=row.purpose).exists():
            row.delete()
        else:
            row.email = spelled
            row.save(update_fields=["email"])


class Migration(migrations.Migration):
    dependencies = [("taushet", "0010_mailbox_marks")]

    operations = [migrations.RunPython(spell_alike, migrations.RunPython.noop)]
