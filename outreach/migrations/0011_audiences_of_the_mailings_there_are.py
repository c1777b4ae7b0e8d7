"""Give the mailings there are their audience and demands in rows, and the letters theirs."""

from django.db import migrations

TAKEN = ["queued", "sent", "stayed", "unknown", "failed", "stopped"]
MANY = 500


def fill(apps, schema_editor):
    Mailing = apps.get_model("outreach", "Mailing")
    MailingDemand = apps.get_model("outreach", "MailingDemand")
    Letter = apps.get_model("outreach", "Letter")
    LetterDemand = apps.get_model("outreach", "LetterDemand")
    for mailing in Mailing.objects.iterator(chunk_size=MANY):
        numbers = sorted(mailing.municipalities.values_list("pk", flat=True))
        mailing.audience = {"level": "local", "roles": [mailing.recipient], "municipalities": numbers}
        mailing.save(update_fields=["audience"])
        MailingDemand.objects.get_or_create(mailing=mailing, demand_version_id=mailing.demand_version_id)
    letters = Letter.objects.order_by("pk").only(
        "demand_version_id", "mandate_id", "channel", "occasion", "status", "held_for"
    )
    rows = []
    for letter in letters.iterator(chunk_size=MANY):
        rows.append(
            LetterDemand(
                letter=letter,
                demand_version_id=letter.demand_version_id,
                mandate_id=letter.mandate_id,
                channel=letter.channel,
                occasion=letter.occasion,
                is_taken=letter.status in TAKEN,
            )
        )
        if letter.held_for:
            codes = "".join(f" {code} " for code in dict.fromkeys(one["why"] for one in letter.held_for))
            Letter.objects.filter(pk=letter.pk).update(held_codes=codes)
        if len(rows) >= MANY:
            LetterDemand.objects.bulk_create(rows)
            rows = []
    LetterDemand.objects.bulk_create(rows)


def empty(apps, schema_editor):
    """Bring back who got a mailing, from the letters it has; the rows of the demands go with their tables."""
    Mailing = apps.get_model("outreach", "Mailing")
    Letter = apps.get_model("outreach", "Letter")
    for mailing in Mailing.objects.iterator(chunk_size=MANY):
        roles = mailing.audience.get("roles", [])
        mailing.recipient = "mayor" if roles == ["mayor"] else "mailbox"
        mailing.save(update_fields=["recipient"])
        written = Letter.objects.filter(mailing=mailing).exclude(municipality=None).order_by()
        numbers = set(mailing.audience.get("municipalities", [])) | set(written.values_list("municipality", flat=True))
        mailing.municipalities.set(numbers)
    apps.get_model("outreach", "LetterDemand").objects.all().delete()
    apps.get_model("outreach", "MailingDemand").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("outreach", "0010_several_demands_audiences_and_letters_edited_by_hand")]

    operations = [migrations.RunPython(fill, empty)]
