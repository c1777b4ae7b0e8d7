from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0064_guard_what_leaves")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="is_automatic",
            field=models.BooleanField(default=False, verbose_name="sent by a machine"),
        ),
    ]
