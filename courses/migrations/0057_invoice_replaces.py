import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("courses", "0056_invoice_prepaid")]

    operations = [
        migrations.AddField(
            model_name="invoice",
            name="replaces",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="courses.invoice",
                verbose_name="takes the place of",
            ),
        ),
    ]
