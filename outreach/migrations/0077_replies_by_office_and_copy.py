import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

USER = {
    "blank": True,
    "editable": False,
    "null": True,
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": settings.AUTH_USER_MODEL,
}


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0075_hands_of_the_mailings_there_are"),
        ("taushet", "0010_mailbox_marks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReplyCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "inbound",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="taushet.inboundmail"
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="outreach.reply"
                    ),
                ),
            ],
            options={"verbose_name": "copy of a reply", "verbose_name_plural": "copies of replies"},
        ),
        migrations.AddField(
            model_name="reply",
            name="identity",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="reply",
            name="taken_back_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="taken back"),
        ),
        migrations.AddField(model_name="reply", name="taken_back_by", field=models.ForeignKey(**USER)),
        migrations.AddField(
            model_name="reply",
            name="taken_back_why",
            field=models.CharField(blank=True, default="", max_length=300, verbose_name="why it was taken back"),
        ),
        migrations.AddField(
            model_name="replylink",
            name="is_from_office",
            field=models.BooleanField(db_default=False, default=False, verbose_name="from the office of this letter"),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(
                condition=~models.Q(identity=""), fields=["identity"], name="reply_once_per_mail"
            ),
        ),
    ]
