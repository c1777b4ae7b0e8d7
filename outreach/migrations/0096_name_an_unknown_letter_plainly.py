from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0093_lines_written_of_large_lists")]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="status",
            field=models.CharField(
                choices=[
                    ("ready", "Ready"),
                    ("held", "Held back"),
                    ("queued", "In the outbox"),
                    ("sent", "Sent"),
                    ("stayed", "Stayed here, outgoing mail is off"),
                    ("unknown", "May have been sent"),
                    ("failed", "Not delivered"),
                    ("stopped", "Stopped on the way out"),
                    ("cancelled", "Cancelled"),
                ],
                max_length=10,
                verbose_name="status",
            ),
        )
    ]
