from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outreach", "0082_cases_of_the_submissions_there_are")]

    operations = [
        migrations.AlterField(
            model_name="officeimport",
            name="kind",
            field=models.CharField(
                choices=[
                    ("storting", "The Storting and the government"),
                    ("councils", "Councils"),
                    ("mailboxes", "Central mail-boxes"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddField(
            model_name="officeimport",
            name="plans",
            field=models.JSONField(default=dict, verbose_name="as it was looked over"),
        ),
        migrations.AddField(
            model_name="officeimport",
            name="ordered_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="being written since"),
        ),
        migrations.AddField(
            model_name="officeimport",
            name="refusal",
            field=models.CharField(blank=True, max_length=300, verbose_name="why it was not written"),
        ),
    ]
