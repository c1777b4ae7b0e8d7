"""Mailings so large that the worker drafts them, freezes them and puts them in the outbox."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from municipalities.models import Fact, Municipality
from outreach.exceptions import WrongStatus
from outreach.models import Body, DraftRun, Mandate
from outreach.services.mailings import drafting
from outreach.services.mailings.approvals import approve_mailing
from outreach.services.mailings.audiences import Audience
from outreach.services.mailings.drafting import draft
from outreach.services.mailings.fingerprints import mailing_hash
from outreach.services.mailings.holes import hole_in
from outreach.services.mailings.mailings import change_mailing, create_mailing, plan_of, submit_mailing
from outreach.services.mailings.schedules import set_schedule
from taushet.models import Message
from taushet.services.jobs import run_all_due_jobs
from tests.factories.outreach import demand_version, mailing, place, plan, staff
from tests.factories.taushet import UserFactory
from tests.outreach.services.mailings.test_drafting import ADDRESS, FIRST, whys

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_of_all_municipalities_those_without_a_fact_are_held_and_the_others_are_whole():
    version, first = demand_version(letter=FIRST), place()
    numbers = [f"{number}" for number in range(7000, 7355)]
    values = {"county": first.county, "language_form": "nn"}
    places = [Municipality(number=number, name=f"Sted {number}", sort_key=number, **values) for number in numbers]
    Municipality.objects.bulk_create(places)
    bodies = Body.objects.bulk_create(Body(kind="municipality", name=one.name, municipality=one) for one in places)
    Mandate.objects.bulk_create(
        Mandate(body=body, role="mailbox", email=f"post@k{body.municipality_id}.example", **ADDRESS) for body in bodies
    )
    plan_fact = Fact.objects.get()
    known = {"indicator": plan_fact.indicator, "value": "no", "observed_on": date(2026, 11, 1), "source": "Svar"}
    Fact.objects.bulk_create(Fact(municipality=one, **known) for one in places[3:])

    made = mailing(version=version, audience=Audience(everywhere=True))
    run_all_due_jobs()

    assert made.letters.counts() == {"ready": 354, "held": 3}
    held = made.letters.held()
    assert {(one["why"], one["field"]) for letter in held for one in letter.held_for} == {
        ("fact_missing", "action-plan")
    }
    ready = made.letters.filter(status="ready")
    assert not any(hole_in(text) for text in ready.values_list("text", flat=True))
    assert not ready.filter(text__contains="None").exists()


def test_many_letters_are_drafted_by_the_worker_and_frozen_as_they_were_read(monkeypatch):
    monkeypatch.setattr(drafting, "AT_ONCE", 3)
    monkeypatch.setattr("outreach.services.mailings.mailings.AT_ONCE", 3)
    monkeypatch.setattr(drafting, "CHUNK", 2)
    places = [place(plan=None if number == 4 else "no") for number in range(5)]
    made = mailing(*places)

    run = made.current_run
    assert (run.total, run.done, made.letters.count(), made.content_hash) == (5, 0, 0, "")
    run_all_due_jobs()
    made.refresh_from_db()
    run.refresh_from_db()
    assert (run.done, run.percent, made.current_run, made.letters.counts()) == (5, 100, None, {"ready": 4, "held": 1})

    submit_mailing(made, by=made.author, seen_hash=made.content_hash)
    assert made.current_run is not None
    run_all_due_jobs()
    made.refresh_from_db()
    assert made.status == "submitted"
    assert made.content_hash == draft_hash(made)


def test_many_approved_letters_are_put_in_the_outbox_by_the_worker_while_the_approval_stands(monkeypatch):
    monkeypatch.setattr("outreach.services.mailings.approvals.AT_ONCE", 1)
    monkeypatch.setattr("outreach.services.sending.queueing.CHUNK", 2)
    version, shared, others = demand_version(), place(), [place() for _number in range(2)]

    def approved(*places):
        made = mailing(*places, version=version)
        submit_mailing(made, by=made.author, seen_hash=made.content_hash)
        made.refresh_from_db()
        seen = {"seen_hash": made.content_hash, "is_public_confirmed": True}
        approve_mailing(made, approver=staff("approve_mailing"), **seen)
        return made

    first = approved(shared, *others)
    second = approved(shared, place())  # also approved before a letter of the first was in the outbox
    assert (first.letters.counts(), Message.objects.count()) == ({"ready": 3}, 0)
    run_all_due_jobs()
    assert (first.letters.counts(), Message.objects.count()) == ({"queued": 3}, 4)
    assert second.letters.counts() == {"queued": 1, "held": 1}
    assert whys(second.letters.get(status="held")) == ["already_sent"]

    third = approved(place(), place())
    change_mailing(third, replace(plan_of(third), title="Ny", senders="kss", language="nn"), by=UserFactory())
    run_all_due_jobs()
    assert (third.letters.counts(), Message.objects.count()) == ({"ready": 2}, 4)


def draft_hash(made):
    return mailing_hash(made, made.letters.filter(status="ready"))


def test_a_change_stops_the_drafting_that_is_under_way(monkeypatch):
    monkeypatch.setattr(drafting, "AT_ONCE", 1)
    version, places = demand_version(), [place() for _number in range(3)]
    made = create_mailing(plan(*places, version=version), author=UserFactory())
    first = made.current_run

    change_mailing(made, plan(*places[:2], version=version), by=made.author)

    assert DraftRun.objects.get(pk=first.pk).finished_at is not None
    run_all_due_jobs()
    assert (made.letters.count(), DraftRun.objects.filter(finished_at=None).count()) == (2, 0)


def test_what_is_frozen_is_not_drafted():
    made = mailing()
    submit_mailing(made, by=made.author, seen_hash=made.content_hash)

    with pytest.raises(WrongStatus):
        draft(made)


def test_how_a_large_draft_is_sent_is_decided_at_once_and_its_letters_are_drafted_by_the_worker(monkeypatch):
    monkeypatch.setattr(drafting, "AT_ONCE", 1)
    made = mailing(place(), place())
    run_all_due_jobs()

    decided = set_schedule(made, by=UserFactory(), embargo_until=None, rate=60, attach_pdf=False)

    assert (decided.content_hash, decided.current_run.total) == ("", 2)
    run_all_due_jobs()
    decided.refresh_from_db()
    assert decided.content_hash == mailing_hash(decided, decided.letters.all())


def test_a_drafting_that_goes_wrong_is_over_and_can_be_done_again(monkeypatch):
    monkeypatch.setattr(drafting, "AT_ONCE", 0)
    made = mailing(place())
    run = made.current_run
    with monkeypatch.context() as away:

        def unreachable(*_args):
            raise OperationalError

        away.setattr(drafting, "gather", unreachable)
        run_all_due_jobs()
    run.refresh_from_db()
    assert (run.finished_at, run.error) == (None, "")  # the worker tries again
    DBTaskResult.objects.update(run_after=timezone.now())
    # What nobody has thought of.
    with monkeypatch.context() as broken:
        broken.setattr(drafting, "gather", lambda *_args: 1 / 0)
        run_all_due_jobs()
    run.refresh_from_db()
    assert (bool(run.finished_at), bool(run.error), made.current_run) == (True, True, None)

    draft(made)
    run_all_due_jobs()
    made.refresh_from_db()
    assert made.letters.counts() == {"ready": 1}
