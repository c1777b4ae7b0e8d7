import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0030_kinds_of_assignments'),
        ('taushet', '0005_mail_that_came_in'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='trainer',
            name='calendar_by',
            field=models.CharField(choices=[('feed', 'A calendar I subscribe to'), ('invitations', 'Invitations by e-mail')], default='feed', editable=False, max_length=11, verbose_name='calendar'),
        ),
        migrations.AddField(
            model_name='trainer',
            name='is_new',
            field=models.BooleanField(default=False, editable=False, help_text='Has not gone through the profile yet.'),
        ),
        migrations.CreateModel(
            name='CalendarAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('answer', models.CharField(choices=[('accepted', 'Yes'), ('declined', 'No'), ('tentative', 'Maybe'), ('other', 'Something else')], max_length=10, verbose_name='answer')),
                ('email', models.CharField(blank=True, max_length=254)),
                ('sender', models.CharField(blank=True, max_length=254)),
                ('uid', models.CharField(blank=True, max_length=255)),
                ('sequence', models.PositiveIntegerField(blank=True, null=True)),
                ('comment', models.CharField(blank=True, max_length=300)),
                ('answered_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('inbound', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='taushet.inboundmail')),
                ('meeting', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.meeting')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('trainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='calendar_answers', to='courses.trainer')),
            ],
            options={
                'verbose_name': 'calendar answer',
                'verbose_name_plural': 'calendar answers',
                'ordering': ['-received_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['-received_at'], name='calendar_answer_open')],
            },
        ),
        migrations.CreateModel(
            name='TrainerInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('sequence', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trainer_invitations', to='courses.meeting')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='taushet.message')),
                ('trainer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='courses.trainer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('cancelled_at', None)), fields=('meeting', 'trainer'), name='trainer_invitation_one_live')],
            },
        ),
    ]
