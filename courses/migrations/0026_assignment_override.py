from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0025_availability'),
    ]

    operations = [
        migrations.AddField(
            model_name='assignment',
            name='overridden',
            field=models.JSONField(blank=True, default=list, editable=False),
        ),
        migrations.AddField(
            model_name='assignment',
            name='override_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='why even so'),
        ),
        migrations.AddField(
            model_name='requestoffer',
            name='override_reason',
            field=models.CharField(blank=True, max_length=300, verbose_name='why even so'),
        ),
    ]
