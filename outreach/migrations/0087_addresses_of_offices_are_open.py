from django.db import migrations

from municipalities.names import fold


def open_those_of_offices(apps, schema_editor):
    """An objection is of a person: open for letters what it closed though the address does not bear the name."""
    Suppression = apps.get_model("taushet", "Suppression")
    Mandate = apps.get_model("outreach", "Mandate")
    for row in Suppression.objects.filter(purpose="outreach", cause="wish"):
        holders = Mandate.objects.filter(email__iexact=row.email).select_related("politician")
        name = fold(row.email.rpartition("@")[0])
        people = {one.politician_id: one.politician for one in holders}
        owner = next(iter(people.values())) if len(people) == 1 else None
        if people and not (owner and owner.last_name.split() and fold(owner.last_name.split()[-1]) in name):
            row.delete()


class Migration(migrations.Migration):
    dependencies = [("outreach", "0086_more_of_objections"), ("taushet", "0011_one_spelling_of_suppressed_addresses")]

    operations = [migrations.RunPython(open_those_of_offices, migrations.RunPython.noop)]
