from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0087_addresses_of_offices_are_open'),
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
