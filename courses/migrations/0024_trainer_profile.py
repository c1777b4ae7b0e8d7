import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0022_index_of_participant_addresses'),
        ('municipalities', '0003_indicator_kinds'),
    ]

    operations = [
        migrations.AddField(
            model_name='trainer',
            name='fee',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='Empty when the trainer takes none.', max_digits=9, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='fee per session in kroner'),
        ),
        migrations.AddField(
            model_name='trainer',
            name='home',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.municipality', verbose_name='lives in'),
        ),
        migrations.AddField(
            model_name='trainer',
            name='impartial_in',
            field=models.ManyToManyField(blank=True, related_name='+', to='municipalities.municipality', verbose_name='must not teach in'),
        ),
        migrations.AddField(
            model_name='trainer',
            name='most_a_month',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='most sessions a month'),
        ),
        migrations.AddField(
            model_name='trainer',
            name='most_a_week',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='most sessions a week'),
        ),
        migrations.AddField(
            model_name='trainer',
            name='second_courses',
            field=models.ManyToManyField(blank=True, related_name='second_trainers', to='courses.course', verbose_name='may teach as the second trainer'),
        ),
        migrations.AddConstraint(
            model_name='trainer',
            constraint=models.CheckConstraint(condition=models.Q(('most_a_week', None), ('most_a_week__gte', 1), _connector='OR'), name='trainer_most_a_week_at_least_one'),
        ),
        migrations.AddConstraint(
            model_name='trainer',
            constraint=models.CheckConstraint(condition=models.Q(('most_a_month', None), ('most_a_month__gte', 1), _connector='OR'), name='trainer_most_a_month_at_least_one'),
        ),
        migrations.AddConstraint(
            model_name='trainer',
            constraint=models.CheckConstraint(condition=models.Q(('fee', None), ('fee__gte', 0), _connector='OR'), name='trainer_fee_not_negative'),
        ),
    ]
