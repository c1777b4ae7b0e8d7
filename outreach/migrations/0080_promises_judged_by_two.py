import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = {
    "commitment_stays_as_it_was": "outreach_commitment",
    "commitment_change_stays_as_it_was": "outreach_commitmentchange",
}


def let_go(apps, schema_editor):
    """Drop the triggers that ask about columns which go; `outreach.triggers` puts them back when they can stand."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table in GUARDS.items():
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{f' ON {table}' if is_postgresql else ''}")


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0078_tell_whose_address_a_reply_has"),
        ("taushet", "0010_mailbox_marks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="commitmentchange",
            name="commitment_change_has_evidence",
        ),
        migrations.AddField(
            model_name="commitment",
            name="handed_on_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="commitment",
            name="hidden_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="commitment",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="outreach.mandate",
            ),
        ),
        migrations.AddField(
            model_name="commitmentchange",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="confirmed"),
        ),
        migrations.AddField(
            model_name="commitmentchange",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="commitmentchange",
            name="is_public",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="commitmentchange",
            name="needs_second",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="commitmentchange",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="commitmentchange",
            name="refused_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="commitmentchange",
            name="refused_why",
            field=models.CharField(blank=True, max_length=300, verbose_name="why it was refused"),
        ),
        migrations.AlterField(
            model_name="commitment",
            name="status",
            field=models.CharField(
                choices=[
                    ("promised", "Promised"),
                    ("in_progress", "In progress"),
                    ("kept", "Kept"),
                    ("partly", "Partly kept"),
                    ("broken", "Broken"),
                    ("uncheckable", "Cannot be checked"),
                    ("review", "Needs review"),
                    ("withdrawn", "Taken off the public pages"),
                ],
                default="promised",
                max_length=11,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="commitmentchange",
            name="status",
            field=models.CharField(
                choices=[
                    ("promised", "Promised"),
                    ("in_progress", "In progress"),
                    ("kept", "Kept"),
                    ("partly", "Partly kept"),
                    ("broken", "Broken"),
                    ("uncheckable", "Cannot be checked"),
                    ("review", "Needs review"),
                    ("withdrawn", "Taken off the public pages"),
                ],
                max_length=11,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="mailing",
            name="occasion",
            field=models.CharField(
                choices=[
                    ("first", "First letter"),
                    ("reminder", "Reminder"),
                    ("erratum", "Correction"),
                    ("promise", "Question about a promise"),
                ],
                default="first",
                max_length=8,
                verbose_name="occasion",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitmentchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("evidence", ""), _negated=True),
                    models.Q(("evidence_url", ""), _negated=True),
                    ("evidence_file__isnull", False),
                    ("status", "withdrawn"),
                    _connector="OR",
                ),
                name="commitment_change_has_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitmentchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("needs_second", False), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="commitment_judgement_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitmentchange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at", None), ("confirmed_by", None)),
                    models.Q(
                        ("changed_by__isnull", False),
                        ("confirmed_at__isnull", False),
                        ("confirmed_by__isnull", False),
                        models.Q(("confirmed_by", models.F("changed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="commitment_change_confirmed_by_someone_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitmentchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_at", None), ("refused_at", None), _connector="OR"),
                name="commitment_change_confirmed_or_refused",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitmentchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("confirmed_at", None),
                    ("needs_second", True),
                    ("refused_at", None),
                    models.Q(("status", "withdrawn"), _negated=True),
                ),
                fields=("commitment",),
                name="commitment_one_judgement_waits",
            ),
        ),
        migrations.AddConstraint(
            model_name="commitmentchange",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at", None), ("refused_at", None), ("status", "withdrawn")),
                fields=("commitment",),
                name="commitment_one_withdrawal_waits",
            ),
        ),
        # Last, so that it comes first on the way back; forward it does nothing.
        migrations.RunPython(migrations.RunPython.noop, let_go),
    ]
