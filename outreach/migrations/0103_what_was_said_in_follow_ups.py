from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0102_change_deliveries")]

    operations = [
        migrations.AddField(
            model_name="followup",
            name="note",
            field=models.TextField(blank=True, default="", max_length=1000, verbose_name="what was said"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="followup",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("written", "Somebody wrote or called"),
                    ("called", "By phone"),
                    ("posted", "By letter"),
                    ("dropped", "Nothing to do"),
                    ("by_itself", "No longer needed"),
                ],
                max_length=10,
                verbose_name="outcome",
            ),
        ),
    ]
