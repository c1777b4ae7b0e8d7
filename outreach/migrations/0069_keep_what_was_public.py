import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0068_replies_sent_by_a_machine"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PublishedWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("text", models.TextField(blank=True, verbose_name="text for the public")),
                ("speaker", models.CharField(blank=True, max_length=200, verbose_name="who answers")),
                ("published_at", models.DateTimeField(null=True, verbose_name="published")),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="published_words",
                        to="outreach.reply",
                    ),
                ),
            ],
            options={
                "verbose_name": "words made public",
                "verbose_name_plural": "words made public",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("reply", "number"), name="published_words_once"),
                ],
            },
        ),
    ]
