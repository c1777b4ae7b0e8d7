import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0026_assignment_override'),
    ]

    operations = [
        migrations.CreateModel(
            name='BusyCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ics', 'Address of a calendar file (ICS)'), ('caldav', 'Calendar server (CalDAV)')], max_length=6, verbose_name='kind')),
                ('sealed_access', models.BinaryField()),
                ('etag', models.CharField(blank=True, editable=False, max_length=200)),
                ('last_modified', models.CharField(blank=True, editable=False, max_length=60)),
                ('added_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('last_tried_at', models.DateTimeField(editable=False, null=True)),
                ('last_good_at', models.DateTimeField(editable=False, null=True)),
                ('expanded_at', models.DateTimeField(editable=False, null=True)),
                ('next_try_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('failure', models.CharField(blank=True, choices=[('address', 'The address cannot be used.'), ('refused', 'The address leads to a place that we do not read from.'), ('redirects', 'The address sends us on too many times.'), ('unreachable', 'The server could not be reached.'), ('slow', 'The server took too long to answer.'), ('sign_in', 'The server does not let us in.'), ('missing', 'There is no calendar at the address.'), ('server', 'The server answered with an error.'), ('too_large', 'The calendar is too large.'), ('no_calendar', 'What we got is not a calendar.'), ('too_much', 'The calendar repeats so often that we cannot read it.'), ('unreadable', 'The calendar could not be read.')], editable=False, max_length=11)),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('skipped', models.PositiveIntegerField(default=0, editable=False)),
                ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='busy_calendars', to='courses.trainer')),
            ],
            options={
                'verbose_name': 'calendar elsewhere',
                'verbose_name_plural': 'calendars elsewhere',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='BusyPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='starts')),
                ('ends_at', models.DateTimeField(verbose_name='ends')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='courses.busycalendar')),
                ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='busy_periods', to='courses.trainer')),
            ],
            options={
                'verbose_name': 'busy period',
                'verbose_name_plural': 'busy periods',
                'ordering': ['starts_at', 'pk'],
            },
        ),
        migrations.AddIndex(
            model_name='busycalendar',
            index=models.Index(fields=['next_try_at'], name='busy_calendar_next_try'),
        ),
        migrations.AddIndex(
            model_name='busyperiod',
            index=models.Index(fields=['trainer', 'ends_at', 'starts_at'], name='busy_period_of_trainer'),
        ),
        migrations.AddConstraint(
            model_name='busyperiod',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='busy_period_ends_after_it_starts'),
        ),
    ]
