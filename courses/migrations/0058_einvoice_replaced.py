from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [("courses", "0057_invoice_replaces")]

    operations = [
        migrations.RemoveConstraint(model_name="einvoice", name="einvoice_leaves_only_checked"),
        migrations.AlterField(
            model_name="einvoice",
            name="state",
            field=models.CharField(
                choices=[
                    ("made", "Made, not checked yet"),
                    ("checked", "Ready to be sent"),
                    ("faulty", "Has faults, not sent"),
                    ("handed_over", "Downloaded"),
                    ("sending", "Being sent"),
                    ("sent", "Sent"),
                    ("accepted", "Accepted by the payer"),
                    ("refused", "Refused by the receiver"),
                    ("unknown", "Sent, answer unknown"),
                    ("replaced", "Replaced by a new invoice"),
                ],
                default="made",
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="einvoice",
            constraint=models.CheckConstraint(
                condition=Q(state__in=["made", "faulty", "replaced"]) | ~Q(checked_sha256=""),
                name="einvoice_leaves_only_checked",
            ),
        ),
    ]
