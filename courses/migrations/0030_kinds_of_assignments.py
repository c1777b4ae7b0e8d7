from django.db import migrations
from django.db.models import Count, Q


def say_as_what_trainers_teach(apps, schema_editor):
    """Let whoever may teach a course only as the second trainer be the second one, and let sessions want those.

    Sessions want one lead by the default of their field.
    """
    Assignment = apps.get_model("courses", "Assignment")
    Session = apps.get_model("courses", "Session")
    Trainer = apps.get_model("courses", "Trainer")
    leads = set(Trainer.courses.through.objects.values_list("trainer_id", "course_id"))
    seconds = set(Trainer.second_courses.through.objects.values_list("trainer_id", "course_id"))
    rows = Assignment.objects.filter(state="accepted").values_list("pk", "trainer_id", "session__course_id")
    only_second = [pk for pk, *pair in rows if tuple(pair) in seconds - leads]
    Assignment.objects.filter(pk__in=only_second).update(kind="second")
    standing = Q(assignments__kind="second", assignments__state="accepted")
    for session in Session.objects.annotate(seconds=Count("assignments", filter=standing)).filter(seconds__gt=0):
        Session.objects.filter(pk=session.pk).update(seconds_wanted=min(session.seconds, 9))


def forget(apps, schema_editor):
    apps.get_model("courses", "Assignment").objects.filter(~Q(kind="lead")).update(kind="lead")
    apps.get_model("courses", "Session").objects.filter(~Q(seconds_wanted=0)).update(seconds_wanted=0)


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0029_trainer_offers'),
    ]

    operations = [
        migrations.RunPython(say_as_what_trainers_teach, forget),
    ]
