from decimal import Decimal

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [("courses", "0052_card_payments")]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="prepaid",
            field=models.DecimalField(
                decimal_places=2,
                default=Decimal("0.00"),
                max_digits=11,
                verbose_name="paid before it was issued",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=Q(prepaid__gte=0, prepaid__lte=F("total")), name="invoice_prepaid_within_its_total"
            ),
        ),
    ]
