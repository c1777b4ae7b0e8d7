from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("outreach", "0080_promises_judged_by_two"),
    ]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="addressee",
            field=models.CharField(blank=True, editable=False, max_length=160, verbose_name="committee or ministry"),
        ),
        migrations.AddField(
            model_name="submission",
            name="case_title",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="title of the case"),
        ),
        migrations.AddField(
            model_name="submission",
            name="grounds",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="submission",
            name="reference",
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name="case"),
        ),
        migrations.AddField(
            model_name="submissionrevision",
            name="addressee",
            field=models.CharField(blank=True, max_length=160, verbose_name="committee or ministry"),
        ),
        migrations.AddField(
            model_name="submissionrevision",
            name="case_title",
            field=models.CharField(blank=True, max_length=300, verbose_name="title of the case"),
        ),
        migrations.AddField(
            model_name="submissionrevision",
            name="demands",
            field=models.JSONField(blank=True, default=list, verbose_name="demands"),
        ),
        migrations.AddField(
            model_name="submissionrevision",
            name="reference",
            field=models.CharField(blank=True, max_length=200, verbose_name="case"),
        ),
    ]
