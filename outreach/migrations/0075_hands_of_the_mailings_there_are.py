from django.db import migrations


def keep_hands(apps, schema_editor):
    """Let nobody who wrote a letter by hand approve the mailing it stands in, also of those there are."""
    Letter = apps.get_model("outreach", "Letter")
    Mailing = apps.get_model("outreach", "Mailing")
    open_ones = Letter.objects.filter(mailing__status__in=["draft", "submitted"]).exclude(edited_by=None)
    rows = set(open_ones.order_by().values_list("mailing", "edited_by").distinct())
    Hand = Mailing.editors.through
    Hand.objects.bulk_create([Hand(mailing_id=mailing, user_id=user) for mailing, user in rows], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0074_whose_hands_and_what_leaves_in_all")]

    operations = [migrations.RunPython(keep_hands, migrations.RunPython.noop)]
