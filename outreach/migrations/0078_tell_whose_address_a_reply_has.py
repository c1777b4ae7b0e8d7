from django.db import migrations
from django.db.models import F, Q
from django.db.models.functions import Lower


def tell(apps, schema_editor):
    """Put down of each link whether the reply has the address of the office, as it was put down of the whole reply."""
    links = apps.get_model("outreach", "ReplyLink").objects.annotate(
        sender=Lower("reply__from_email"), written_to=Lower("letter__to_email"), now=Lower("letter__mandate__email")
    )
    same = links.filter(Q(written_to=F("sender")) | Q(now=F("sender")), reply__is_from_office=True)
    numbers = list(same.exclude(sender="").values_list("pk", flat=True))
    for start in range(0, len(numbers), 500):
        links.model.objects.filter(pk__in=numbers[start : start + 500]).update(is_from_office=True)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0077_replies_by_office_and_copy")]

    operations = [migrations.RunPython(tell, migrations.RunPython.noop)]
