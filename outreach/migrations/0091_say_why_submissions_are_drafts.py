from django.db import migrations


def say_why(apps, schema_editor):
    """Put in the log what 0082 did to submissions that waited or were approved: nobody sent them back."""
    entries = apps.get_model("taushet", "AuditEntry").objects
    drafts = apps.get_model("outreach", "Submission").objects.filter(status="draft", delivered_on=None)
    for number in drafts.values_list("pk", flat=True):
        about = {"object_type": "outreach.submission", "object_id": str(number)}
        last = entries.filter(**about).order_by("-at", "-pk").first()
        if last is not None and last.action in ("submission.submitted", "submission.approved"):
            was = last.action.removeprefix("submission.")
            entries.create(action="submission.changed", detail={"was": was, "holds_case": True}, **about)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0090_wishes_told_to_the_provider")]

    operations = [migrations.RunPython(say_why, migrations.RunPython.noop)]
