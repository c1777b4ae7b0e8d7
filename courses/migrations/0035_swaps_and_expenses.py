import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0034_trainer_invitations_and_calendar_answers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExpenseClaim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kilometres', models.PositiveIntegerField(default=0, verbose_name='kilometres by own car')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='expense_claim', to='courses.assignment')),
                ('settled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'travel expenses',
                'verbose_name_plural': 'travel expenses',
                'ordering': ['assignment__session__first_starts_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Outlay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=120, verbose_name='what')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=9, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='amount in kroner')),
                ('claim', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='outlays', to='courses.expenseclaim')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='outlay_above_zero')],
            },
        ),
        migrations.CreateModel(
            name='Swap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('asked', 'Waits for the colleague'), ('agreed', 'Waits for the campaign staff'), ('declined', 'The colleague cannot'), ('approved', 'Taken over'), ('refused', 'Refused by the campaign staff'), ('withdrawn', 'Taken back')], default='asked', max_length=10, verbose_name='state')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='message')),
                ('answer', models.CharField(blank=True, max_length=300, verbose_name='answer')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps', to='courses.assignment')),
                ('colleague', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='swaps_asked', to='courses.trainer')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'swap',
                'verbose_name_plural': 'swaps',
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'agreed'])), fields=('assignment',), name='swap_one_undecided')],
            },
        ),
    ]
