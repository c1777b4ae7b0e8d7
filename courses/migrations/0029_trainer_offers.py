import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0027_busy_calendars'),
        ('taushet', '0004_shorten_a_state'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TrainerOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('lead', 'Lead trainer'), ('second', 'Second trainer')], default='lead', max_length=6, verbose_name='as')),
                ('way', models.CharField(choices=[('turn', 'One after the other'), ('call', 'All whom it fits')], max_length=4)),
                ('within', models.CharField(choices=[('hours', 'Two hours'), ('day', 'One working day'), ('two_days', 'Two working days'), ('week', 'Five working days')], default='two_days', max_length=8, verbose_name='time to answer')),
                ('answer_by', models.DateTimeField(blank=True, editable=False, help_text='When a call ends.', null=True)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('end', models.CharField(blank=True, choices=[('filled', 'Somebody said yes'), ('nobody', 'Nobody said yes'), ('taken_back', 'Taken back'), ('off', 'The session was called off')], max_length=10)),
            ],
            options={
                'verbose_name': 'offer to trainers',
                'verbose_name_plural': 'offers to trainers',
                'ordering': ['-made_at', '-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='assignment',
            name='assignment_once_per_session',
        ),
        migrations.AddField(
            model_name='assignment',
            name='answer_by',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='answer before'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='asked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='assignment',
            name='kind',
            field=models.CharField(choices=[('lead', 'Lead trainer'), ('second', 'Second trainer')], default='lead', max_length=6, verbose_name='as'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='leaving_word',
            field=models.CharField(blank=True, max_length=300, verbose_name='word on leaving'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='message',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='taushet.message'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='place_in_line',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='session',
            name='leads_wanted',
            field=models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MaxValueValidator(9)], verbose_name='lead trainers'),
        ),
        migrations.AddField(
            model_name='session',
            name='seconds_wanted',
            field=models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(9)], verbose_name='second trainers'),
        ),
        migrations.AlterField(
            model_name='assignment',
            name='state',
            field=models.CharField(choices=[('next', 'In line'), ('offered', 'Has not answered yet'), ('accepted', 'Said yes'), ('declined', 'Said no'), ('lapsed', 'Did not answer in time'), ('passed', 'Others were first'), ('unfit', 'Was no longer free'), ('taken_back', 'Taken back'), ('withdrawn', 'No longer teaches')], max_length=10, verbose_name='state'),
        ),
        migrations.AddField(
            model_name='traineroffer',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='traineroffer',
            name='session',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainer_offers', to='courses.session'),
        ),
        migrations.AddField(
            model_name='assignment',
            name='offer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='courses.traineroffer'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('state', 'offered')), fields=['answer_by'], name='assignment_answer_by'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['next', 'offered', 'accepted'])), fields=('session', 'trainer'), name='assignment_once_per_session'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'offered'), _negated=True), ('answer_by__isnull', False), _connector='OR'), name='assignment_offer_has_an_end'),
        ),
        migrations.AddIndex(
            model_name='traineroffer',
            index=models.Index(condition=models.Q(('closed_at', None)), fields=['answer_by'], name='trainer_offer_open'),
        ),
        migrations.AddConstraint(
            model_name='traineroffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('end', '')), models.Q(('closed_at__isnull', False), models.Q(('end', ''), _negated=True)), _connector='OR'), name='trainer_offer_closed_for_a_cause'),
        ),
        migrations.AddConstraint(
            model_name='traineroffer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('way', 'call'), _negated=True), ('answer_by__isnull', False), _connector='OR'), name='trainer_offer_call_has_an_end'),
        ),
    ]
