from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("outreach", "0061_cited_hooks_cannot_go_away"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="holder",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="letter",
            name="message_hash",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="redelivery",
            name="message_hash",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
    ]
