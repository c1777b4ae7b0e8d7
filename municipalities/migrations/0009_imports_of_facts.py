import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('municipalities', '0006_tell_municipalities_of_one_name_apart'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FactImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.JSONField(default=list, verbose_name='what was read')),
                ('notes', models.JSONField(default=list, verbose_name='notes')),
                ('counts', models.JSONField(default=dict, verbose_name='what was written')),
                ('written', models.JSONField(default=dict, verbose_name='rows that were written')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='put in')),
                ('written_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='written')),
                ('undone_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='taken back')),
                ('emptied_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='emptied')),
                ('source', models.CharField(blank=True, max_length=300, verbose_name='source')),
                ('observed_on', models.DateField(verbose_name='true on')),
                ('choices', models.JSONField(default=dict, verbose_name='choices')),
                ('chosen', models.JSONField(default=list, verbose_name='doubtful values that are used')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='put in by')),
            ],
            options={
                'verbose_name': 'import of facts',
                'verbose_name_plural': 'imports of facts',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddField(
            model_name='fact',
            name='put_in_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='municipalities.factimport', verbose_name='put in by the table'),
        ),
        migrations.AddConstraint(
            model_name='factimport',
            constraint=models.CheckConstraint(condition=models.Q(('undone_at', None), ('written_at__isnull', False), _connector='OR'), name='fact_import_undone_once_written'),
        ),
    ]
