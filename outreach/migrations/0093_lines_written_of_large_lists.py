from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0092_hands_of_mailings_from_the_log'),
    ]

    operations = [
        migrations.AddField(
            model_name='officeimport',
            name='done',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='done'),
        ),
        migrations.AddField(
            model_name='officeimport',
            name='total',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='lines to write'),
        ),
    ]
