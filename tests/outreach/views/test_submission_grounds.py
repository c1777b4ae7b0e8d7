"""A submission whose demands, numbers or notes no longer hold goes no further."""

import re
from datetime import date

import pytest
from django.utils import timezone

from municipalities.services.facts import set_fact
from outreach.exceptions import NotAsWritten
from outreach.models import Commitment, Demand, LegalHook
from outreach.services.consultations.submission_approvals import approve_submission, mark_delivered
from outreach.services.consultations.submission_files import document_of
from outreach.services.consultations.submission_grounds import changed_counts
from outreach.services.consultations.submission_log import submission_log
from outreach.services.consultations.submissions import (
    change_submission,
    submit_submission,
)
from tests.factories.municipalities import MunicipalityFactory
from tests.factories.outreach import indicators, mailing, submission
from tests.factories.replies import commitment_with_file, reply_with_file
from tests.factories.taushet import UserFactory
from tests.outreach.views.test_submissions import page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.mark.parametrize("at", ["draft", "submitted", "approved"])
def test_what_leans_on_what_no_longer_holds_goes_no_further(client, author, at):
    figure = LegalHook.objects.create(
        key="tall",
        kind="report",
        citation_nb="Rapport",
        citation_nn="Rapport",
        url="https://tall.example/",
        meaning_nb="9",
        meaning_nn="9",
    )
    row, approver = submission(by=author, figures=[figure]), UserFactory()
    seen = {"seen_hash": row.content_hash}
    if at != "draft":
        row = submit_submission(row, by=author, **seen)
    if at == "approved":
        approve_submission(row, approver=approver, is_public_confirmed=True, **seen)
        row.refresh_from_db()

    def go_on():
        if at == "draft":
            return submit_submission(row, by=author, **seen)
        if at == "submitted":
            return approve_submission(row, approver=approver, is_public_confirmed=True, **seen)
        return mark_delivered(row, on=date(2026, 11, 23), url="", by=author)

    about = {"status_on": date(2026, 11, 1), "status_reason_nb": "x", "status_reason_nn": "x"}
    for break_it, mend_it, word in (
        (
            lambda: Demand.objects.update(status="withdrawn", **about),
            lambda: Demand.objects.update(status="active"),
            "Demand 1 is met or withdrawn",
        ),
        (
            lambda: LegalHook.objects.exclude(pk=figure.pk).update(valid_to=date(2026, 1, 1)),
            lambda: LegalHook.objects.update(valid_to=None),
            "is not in force",
        ),
        (
            lambda: LegalHook.objects.filter(pk=figure.pk).update(valid_to=date(2026, 11, 23)),
            lambda: LegalHook.objects.update(valid_to=None),
            "Rapport is not in force",
        ),
    ):
        break_it()
        with pytest.raises(NotAsWritten, match=word):
            go_on()
        assert word in client.get(row.get_absolute_url()).text
        assert document_of(row)["draft"]
        mend_it()
    go_on()


def test_numbers_that_have_changed_are_read_again_and_notes_and_quotes_have_to_hold(client, author, said):
    plan = indicators()[0]
    town = MunicipalityFactory()
    set_fact(town, plan, value="no", observed_on=date(2026, 11, 1), source="Nettsiden")
    row = submission(by=author)
    set_fact(town, plan, value="yes", observed_on=date(2026, 11, 20), source="Nettsiden")
    seen = {"seen_hash": row.content_hash}

    assert "yes 1, no 0 (the text was written with 0 and 1)" in client.get(row.get_absolute_url()).text
    refused = client.post(page("submit", row), seen, follow=True)
    assert said(refused)[0].startswith("Read the text against what is counted now:")
    client.post(page("submit", row), seen | {"has_checked": "on"})
    row.refresh_from_db()
    assert (row.status, changed_counts(row)) == ("submitted", [])
    assert row.content_hash != seen["seen_hash"]
    set_fact(town, plan, value="no", observed_on=date(2026, 11, 21), source="Nettsiden")
    read = {"approver": UserFactory(), "seen_hash": row.content_hash, "is_public_confirmed": True}
    with pytest.raises(NotAsWritten):
        approve_submission(row, **read)
    approve_submission(row, **read, has_checked=True)
    row.refresh_from_db()

    changed = {"title": row.title, "senders": "kss", "sources": ["Loven.", "Ubrukt."], "by": author}
    text = [{"heading": "", "text": "Dette er et krav [1] [4]. Vi lover."}]
    row = change_submission(row, blocks=text, seen_hash=row.content_hash, **changed)
    commitment_with_file(reply_with_file(), mailing(version=row.demand_versions.get()))
    assert client.get(row.get_absolute_url()).context["unused"] == ["[2] Ubrukt."]
    with pytest.raises(NotAsWritten, match=re.escape("points at [4]")):
        submit_submission(row, by=author, seen_hash=row.content_hash, has_checked=True)
    text = [{"heading": "", "text": "De skriver: «Vi lover.» [1]"}]
    row = change_submission(row, blocks=text, seen_hash=row.content_hash, versions=[], **changed)
    assert not row.demand_versions.exists()
    assert [name for name, _parts in submission_log(row)[0].differences] == ["Demands", "Block 1"]
    Commitment.objects.update(hidden_at=timezone.now())
    with pytest.raises(NotAsWritten, match="quotes a promise"):
        submit_submission(row, by=author, seen_hash=row.content_hash, has_checked=True)
