from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0061_cited_hooks_cannot_go_away")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="is_automatic",
            field=models.BooleanField(default=False, verbose_name="sent by a machine"),
        ),
    ]
