from django.db import migrations

HANDS = ("mailing.changed", "mailing.sending_set", "mailing.submitted", "letter.edited", "letter.edit_dropped")


def keep_hands(apps, schema_editor):
    """Let nobody approve a mailing they changed before it kept its hands, whoever submitted it after them."""
    Mailing, entries = apps.get_model("outreach", "Mailing"), apps.get_model("taushet", "AuditEntry").objects
    hands = []
    for mailing in Mailing.objects.filter(status__in=["draft", "submitted"]).values_list("pk", flat=True):
        about = entries.filter(object_type="outreach.mailing", object_id=str(mailing)).order_by("pk")
        approved = about.filter(action="mailing.taken_back", detail__was="approved").last()
        since = about.filter(pk__gt=approved.pk if approved else 0, action__in=HANDS).exclude(actor=None)
        hands += [(mailing, user) for user in set(since.order_by().values_list("actor", flat=True))]
    Hand = Mailing.editors.through
    Hand.objects.bulk_create([Hand(mailing_id=mailing, user_id=user) for mailing, user in hands], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0091_say_why_submissions_are_drafts")]

    operations = [migrations.RunPython(keep_hands, migrations.RunPython.noop)]
