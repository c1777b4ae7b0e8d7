import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0035_swaps_and_expenses'),
        ('municipalities', '0003_indicator_kinds'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RoadNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='note')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='road_notes', to='courses.session')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'note to the next trainer',
                'verbose_name_plural': 'notes to the next trainer',
                'ordering': ['-written_at', '-pk'],
                'indexes': [models.Index(fields=['municipality', '-written_at'], name='road_note_of_place')],
                'constraints': [models.UniqueConstraint(fields=('session', 'written_by'), name='road_note_once_per_trainer'), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='road_note_is_not_empty')],
            },
        ),
    ]
