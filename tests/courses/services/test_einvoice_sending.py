"""E-invoices through a real access point that refuses, hangs up, is away and answers twice."""

import os
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from courses.exceptions import CoursesError
from courses.models import EInvoice, EInvoiceAttempt
from courses.services import einvoice_steps as steps
from courses.services.access_point import AWAY, Answer, Told
from courses.services.einvoice_sending import LEASE, carry_all_on, carry_on, enqueue_when_due
from courses.services.einvoice_settling import settle
from courses.services.einvoices import make_einvoice
from taushet.models import AuditEntry, StoredFile
from taushet.services.jobs import run_all_due_jobs
from tests.factories.invoice_documents import document
from tests.factories.taushet import UserFactory
from tests.rivals import at_once

pytestmark = pytest.mark.django_db


def made(number="10001", **more):
    """Return an e-invoice after the worker has done everything there is to do at once."""
    einvoice = make_einvoice(document(number=number, **more))
    run_all_due_jobs()
    einvoice.refresh_from_db()
    return einvoice


def later(**time):
    """Let time pass: what was to come is here, and what happened is long ago."""
    passed = timedelta(**time)
    EInvoice.objects.update(due_at=F("due_at") - passed, made_at=F("made_at") - passed)
    EInvoiceAttempt.objects.update(finished_at=F("finished_at") - passed, started_at=F("started_at") - passed)


def clock_turns():
    enqueue_when_due()
    return run_all_due_jobs()


def outcomes(einvoice):
    return list(einvoice.attempts.values_list("outcome", flat=True))


def test_taken_then_accepted_by_the_payer(access_point):
    einvoice = made()
    assert (einvoice.state, outcomes(einvoice)) == ("sent", ["taken"])
    assert access_point.taken == {str(einvoice.key): bytes(einvoice.file.content)}

    access_point.tell(str(einvoice.key), "accepted")
    assert clock_turns() == 0  # nobody asks yet
    later(hours=1)
    clock_turns()

    einvoice.refresh_from_db()
    assert (einvoice.state, einvoice.due_at, access_point.posts()) == ("accepted", None, [str(einvoice.key)])
    told = AuditEntry.objects.filter(action__startswith="einvoice.").order_by("pk").values_list("action", flat=True)
    assert list(told) == ["einvoice.made", "einvoice.sent", "einvoice.accepted"]


def test_without_an_access_point_it_waits_to_be_downloaded():
    einvoice = made()

    assert (einvoice.state, outcomes(einvoice), clock_turns()) == ("checked", [], 0)


def test_faulty_one_never_leaves_and_says_which_rule(access_point):
    einvoice = made(kid="100012", buyer_reference="")

    assert einvoice.state == "faulty"
    assert set(einvoice.faults.values_list("rule", flat=True)) == {"OWN-KID", "PEPPOL-EN16931-R003"}
    later(days=2)
    carry_all_on()
    assert access_point.calls == []


def test_refused_one_comes_back_with_its_reason_and_keeps_its_number(access_point):
    access_point.moods = ["refuse"]
    einvoice = made()
    assert (einvoice.state, einvoice.state_reason) == ("refused", "The receiver is not in Peppol.")
    assert einvoice in EInvoice.objects.in_trouble()

    steps.send_again(einvoice, by=UserFactory())
    run_all_due_jobs()

    einvoice.refresh_from_db()
    assert (einvoice.state, einvoice.number, einvoice.round) == ("sent", "10001", 2)
    assert access_point.posts() == [str(einvoice.key), f"{einvoice.key}-2"]
    assert EInvoice.objects.count() == 1


def test_away_for_an_hour_then_confirms_twice(access_point):
    """One document, one number, one status."""
    access_point.always = "away"
    einvoice, other = made(), made("10002")
    assert (einvoice.state, other.state, len(access_point.calls)) == (
        "checked",
        "checked",
        1,
    )  # the other spares the line
    for _minutes in range(6):
        later(minutes=10)
        clock_turns()
    einvoice.refresh_from_db()
    assert (einvoice.state, access_point.taken) == ("checked", {})

    access_point.always, access_point.moods = "", ["take and hang up"]
    later(hours=2)
    clock_turns()
    assert set(EInvoice.objects.values_list("state", flat=True)) == {"unknown", "checked"}
    later(hours=2)
    clock_turns()
    later(minutes=2)
    clock_turns()

    assert set(EInvoice.objects.values_list("state", flat=True)) == {"sent"}
    assert sorted(access_point.taken) == sorted(str(one.key) for one in (einvoice, other))
    assert AuditEntry.objects.filter(action="einvoice.sent").count() == 2
    assert EInvoice.objects.filter(number="10001").count() == 1


def test_taken_without_an_answer_is_asked_about_and_not_sent_again(access_point):
    access_point.moods = ["take and hang up"]
    einvoice = made()
    assert (einvoice.state, outcomes(einvoice)) == ("unknown", ["unknown"])

    later(minutes=1)
    clock_turns()

    einvoice.refresh_from_db()
    assert (einvoice.state, outcomes(einvoice), access_point.posts()) == ("sent", ["taken"], [str(einvoice.key)])


def test_what_it_has_never_seen_goes_again_under_the_same_name(access_point):
    access_point.moods = ["hang up"]
    einvoice = made()
    assert einvoice.state == "unknown"

    later(minutes=1)
    clock_turns()
    later(minutes=1)
    clock_turns()

    einvoice.refresh_from_db()
    assert (einvoice.state, outcomes(einvoice)) == ("sent", ["later", "taken"])
    assert access_point.posts() == [str(einvoice.key)] * 2


@pytest.mark.parametrize(("mood", "state"), [("away", "unknown"), ("broken", "unknown"), ("other", "unknown")])
def test_doubt_stays_while_nobody_answers(access_point, mood, state):
    access_point.moods = ["take and hang up"]
    einvoice = made()
    access_point.always = mood

    for _turn in range(3):
        later(hours=4)
        clock_turns()

    einvoice.refresh_from_db()
    assert (einvoice.state, len(access_point.posts())) == (state, 1)
    assert einvoice.asked == 3


def test_wrong_key_and_wrong_page_take_nothing(access_point, settings):
    settings.ACCESS_POINT_KEY = "other"
    einvoice = made()
    assert (einvoice.state, "key" in einvoice.state_reason) == ("checked", True)

    settings.ACCESS_POINT_KEY, settings.ACCESS_POINT_URL = "the-key", "http://192.0.2.1/"
    later(hours=1)
    clock_turns()

    einvoice.refresh_from_db()
    assert (einvoice.state, access_point.taken, outcomes(einvoice)) == ("checked", {}, ["later", "later"])


def test_nobody_listening_is_no_doubt(settings):
    settings.ACCESS_POINT_URL, settings.ACCESS_POINT_KEY = "http://127.0.0.1:1/", "x"

    einvoice = made()

    assert (einvoice.state, einvoice.state_reason) == ("checked", AWAY)


def test_worker_that_died_midway_leaves_a_question(access_point):
    einvoice = made(kid="")
    EInvoice.objects.update(state="sending")
    EInvoiceAttempt.objects.update(outcome="started", finished_at=None, started_at=timezone.now() - LEASE * 2)
    assert clock_turns() == 1
    einvoice.refresh_from_db()
    assert (einvoice.state, outcomes(einvoice)) == ("unknown", ["unknown"])

    later(minutes=1)
    clock_turns()

    einvoice.refresh_from_db()
    assert (einvoice.state, len(access_point.posts())) == ("sent", 1)


def test_late_answers_count_as_far_as_they_can(access_point):
    access_point.moods = ["hang up"]
    einvoice = made()
    ghost = einvoice.attempts.get()

    settle(ghost, Answer(Told.SENT, access_point_id="ap-1"))
    settle(ghost, Answer(Told.REFUSED, "No."))
    settle(ghost, Answer(Told.SENT))

    einvoice.refresh_from_db()
    assert (einvoice.state, einvoice.access_point_id, outcomes(einvoice)) == ("sent", "ap-1", ["taken"])
    assert AuditEntry.objects.filter(action="einvoice.sent").count() == 1


def test_attempt_that_has_its_answer_keeps_it(access_point):
    access_point.moods = ["away"]
    einvoice = made()

    settle(einvoice.attempts.get(), Answer(Told.SENT))

    einvoice.refresh_from_db()
    assert (einvoice.state, outcomes(einvoice)) == ("checked", ["later"])


def test_bytes_that_were_changed_are_not_sent(access_point):
    access_point.always = "away"
    einvoice = made()
    StoredFile.objects.filter(pk=einvoice.file_id).update(
        content=bytes(einvoice.file.content).replace(b"15000.00", b"25000.00", 1)
    )
    access_point.always = ""

    later(hours=1)
    clock_turns()

    einvoice.refresh_from_db()
    assert (einvoice.state, access_point.taken) == ("faulty", {})


def test_person_settles_what_nobody_knows(access_point):
    access_point.always = "hang up"
    arrived, lost, by = made(), made("10002"), UserFactory()
    EInvoice.objects.filter(pk=lost.pk).update(state="unknown")
    access_point.always = ""

    steps.mark_sent(arrived, by=by)
    steps.mark_never_arrived(lost, by=by)
    later(hours=1)
    clock_turns()

    assert set(EInvoice.objects.values_list("state", flat=True)) == {"sent"}
    assert access_point.taken.keys() == {str(lost.key)}
    with pytest.raises(CoursesError):
        steps.send_again(arrived, by=by)


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_each_document_once(access_point):
    access_point.always = "away"
    einvoices = [made(str(number)) for number in range(10001, 10007)]
    access_point.always, access_point.moods = "", ["take and hang up", "hang up"]
    access_point.calls.clear()
    later(hours=1)

    at_once(work_through, [[one.pk for one in einvoices]] * 4)
    for _turn in range(3):
        later(minutes=5)
        at_once(work_through, [[one.pk for one in einvoices]] * 4)

    assert set(EInvoice.objects.values_list("state", flat=True)) == {"sent"}
    assert sorted(access_point.taken) == sorted(str(one.key) for one in einvoices)
    posts = access_point.posts()
    # What it had not understood when it hung up is sent twice, unless that was a question and no document.
    assert len(posts) in {len(einvoices), len(einvoices) + 1}
    assert AuditEntry.objects.filter(action="einvoice.sent").count() == len(einvoices)


def work_through(pks):
    for pk in pks:
        carry_on(pk)
    return os.getpid()


@pytest.mark.django_db(transaction=True)
def test_several_that_make_the_same_document_make_one():
    answers = at_once(make_one, list(range(4)))

    assert len(set(answers)) == 1
    assert (EInvoice.objects.count(), StoredFile.objects.count()) == (1, 1)


def make_one(_turn):
    return make_einvoice(document()).pk
