from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0058_undo_sorting_and_follow_up_by_mailing")]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="is_automatic",
            field=models.BooleanField(default=False, verbose_name="sent by a machine"),
        ),
    ]
