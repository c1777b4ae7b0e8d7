import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table stays as it is; what cites a hook gets a name, so that the hook is protected."""

    dependencies = [
        ("outreach", "0058_undo_sorting_and_follow_up_by_mailing"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="CitedHook",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        (
                            "demandversion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="outreach.demandversion",
                                verbose_name="wording of a demand",
                            ),
                        ),
                        (
                            "legalhook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="outreach.legalhook",
                                verbose_name="legal hook",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "citation of a legal hook",
                        "verbose_name_plural": "citations of legal hooks",
                        "db_table": "outreach_demandversion_hooks",
                        "unique_together": {("demandversion", "legalhook")},
                    },
                ),
                migrations.AlterField(
                    model_name="demandversion",
                    name="hooks",
                    field=models.ManyToManyField(
                        related_name="demand_versions",
                        through="outreach.CitedHook",
                        to="outreach.legalhook",
                        verbose_name="legal hooks",
                    ),
                ),
            ],
        ),
    ]
