"""Say of today's municipalities that share a name, such as Herøy and Våler, which county tells them apart."""

from collections import Counter

from django.db import migrations


def tell_apart(apps, schema_editor):
    Municipality = apps.get_model("municipalities", "Municipality")
    places = list(Municipality.objects.filter(valid_to=None).select_related("county"))
    used = Counter(place.name for place in places)
    for place in places:
        if used[place.name] > 1:
            Municipality.objects.filter(pk=place.pk).update(county_in_name=place.county.name)


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0005_counties_in_names")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
