from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('outreach', '0038_confirm_what_was_published'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='demand',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'active'), models.Q(('status_on__isnull', False), models.Q(('status_reason_nb', ''), _negated=True), models.Q(('status_reason_nn', ''), _negated=True)), _connector='OR'), name='demand_that_ended_says_why'),
        ),
        migrations.AddConstraint(
            model_name='demand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'met'), _negated=True), models.Q(('evidence', ''), _negated=True), _connector='OR'), name='demand_met_has_evidence'),
        ),
    ]
