"""Give every submission the case it is about; what is not delivered has to be approved with it."""

import hashlib
import json

from django.db import migrations
from django.utils import timezone


def fingerprint(submission, demands):
    content = {
        "submission": submission.pk,
        "consultation": submission.consultation_id,
        "case": [submission.addressee, submission.reference, submission.case_title],
        "demands": demands,
        "grounds": submission.grounds,
        "title": submission.title,
        "language": submission.language,
        "senders": submission.senders,
        "blocks": submission.blocks,
        "sources": submission.sources,
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def take_cases(apps, schema_editor):
    now = timezone.now()
    for submission in apps.get_model("outreach", "Submission").objects.select_related("consultation"):
        about = submission.consultation
        case = {"addressee": about.held_by, "reference": about.reference, "case_title": about.title}
        versions = submission.demand_versions.order_by("pk")
        numbers = sorted(versions.values_list("demand__number", flat=True))
        submission.revisions.update(**case, demands=numbers)
        for name, value in case.items():
            setattr(submission, name, value)
        if submission.delivered_on is None:
            submission.content_hash = fingerprint(submission, list(versions.values_list("pk", flat=True)))
            submission.approvals.filter(voided_at=None).update(voided_at=now)
            submission.status, submission.submitted_at = "draft", None
        submission.save()


class Migration(migrations.Migration):
    dependencies = [("outreach", "0081_submissions_hold_their_case")]

    operations = [migrations.RunPython(take_cases, migrations.RunPython.noop, elidable=True)]
