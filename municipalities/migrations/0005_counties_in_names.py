from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("municipalities", "0004_payers_references_and_addresses")]

    operations = [
        migrations.AddField(
            model_name="municipality",
            name="county_in_name",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                max_length=60,
                verbose_name="county that tells it apart",
            ),
        ),
    ]
