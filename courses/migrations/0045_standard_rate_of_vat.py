from datetime import date
from decimal import Decimal

from django.db import migrations

# Stortinget's yearly resolution on VAT, § 2: 25 per cent since 2005.
SINCE = date(2005, 1, 1)


def add_rate(apps, schema_editor):
    apps.get_model("courses", "VatRate").objects.get_or_create(valid_from=SINCE, defaults={"percent": Decimal(25)})


def remove_rate(apps, schema_editor):
    apps.get_model("courses", "VatRate").objects.filter(valid_from=SINCE).delete()


class Migration(migrations.Migration):
    dependencies = [("courses", "0044_invoices_and_payments")]

    operations = [migrations.RunPython(add_rate, remove_rate)]
