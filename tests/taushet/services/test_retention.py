from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from taushet.models import AuditEntry, Message, Suppression, Tick
from taushet.registries import Registry, RetentionRule
from taushet.services import audit, retention
from taushet.services.erasing import AT_ONCE, erase_messages, erase_sealed_texts
from taushet.services.retention import RetentionFailed, apply_rules
from tests.factories.outbox import write
from tests.servers.kinds import tasks

NOW = timezone.now()
TWO_YEARS = timedelta(days=731)


def written(age, state=Message.State.SENT, **fields):
    message = write(**fields)
    Message.objects.filter(pk=message.pk).update(created_at=NOW - age, state=state)
    return message


def test_old_message_keeps_only_what_tells_of_nobody(db):
    message = written(TWO_YEARS, to_name="Kari", calendar="BEGIN", calendar_method="REQUEST", headers={"X-A": "kari"})
    message.attempts.create(number=1, detail="550 kari@kommune.example")

    assert erase_messages(NOW) == 1
    assert erase_messages(NOW) == 0

    message.refresh_from_db()
    fields = (message.to_email, message.to_name, message.subject, message.text, message.html, message.calendar)
    assert fields == ("",) * 6
    assert message.headers == {}
    assert message.attempts.get().detail == ""
    assert (message.kind, message.state) == ("test", Message.State.SENT)


@pytest.mark.parametrize(
    ("age", "state"),
    [(timedelta(days=300), Message.State.SENT), (TWO_YEARS, Message.State.QUEUED), (TWO_YEARS, Message.State.HELD)],
)
def test_young_and_waiting_messages_are_kept(db, age, state):
    written(age, state)

    assert erase_messages(NOW) == 0


def test_many_messages_are_erased_in_portions(db, django_assert_max_num_queries):
    template = written(TWO_YEARS)
    for number in range(AT_ONCE + 1):
        template.pk, template.message_id, template.created_at = None, f"<{number}@x>", NOW - TWO_YEARS
        template.state = Message.State.SENT
        template.save()

    with django_assert_max_num_queries(20):
        assert erase_messages(NOW) == AT_ONCE + 2


def test_sealed_text_lives_a_day(db):
    old = written(timedelta(hours=25), Message.State.STAYED, kind="test-sealed")
    young = written(timedelta(hours=23), Message.State.STAYED, kind="test-sealed")

    assert erase_sealed_texts(NOW) == 1

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.sealed_text, young.sealed_text is None) == (None, False)


def test_everything_old_goes_and_everything_young_stays(db):
    for age in (timedelta(days=1), timedelta(days=1200)):
        entry = audit.record("viewed", written(timedelta()), kind="clock")
        AuditEntry.objects.filter(pk=entry.pk).update(at=NOW - age)
        Suppression.objects.create(email=f"{age.days}@x.example", cause="bounce", created_at=NOW - age)
        Suppression.objects.create(email=f"wish{age.days}@x.example", cause="wish", created_at=NOW - age)
        Tick.objects.create(name="x", due_at=NOW - age)
        Session.objects.create(session_key=str(age.days), session_data="", expire_date=NOW - age + timedelta(days=2))
        job = tasks.fail.enqueue()
        DBTaskResult.objects.filter(pk=job.id).update(status="SUCCESSFUL", finished_at=NOW - age)

    changed = apply_rules(NOW)

    assert {key: changed[key] for key in ("audit", "suppressions", "sessions", "traces")} == {
        "audit": 1,
        "suppressions": 1,
        "sessions": 1,
        "traces": 2,
    }
    assert Suppression.objects.count() == 3


def test_expired_counters_are_deleted(db):
    cache.set("attempts:192.0.2.1", 3, timeout=1)
    cache.set("attempts:192.0.2.2", 3, timeout=10_000)

    assert apply_rules(timezone.now() + timedelta(minutes=1))["traces"] == 1

    assert cache.get("attempts:192.0.2.2") == 3


def test_one_broken_rule_does_not_stop_the_others(db, monkeypatch):
    done = []

    def broken(now):
        raise RuntimeError

    rules = Registry()
    for key, apply in (("broken", broken), ("whole", lambda now: done.append(now) or 1)):
        rules.register(RetentionRule(key, "", "", "", "", apply))
    monkeypatch.setattr(retention, "retention_rules", rules)

    with pytest.raises(RetentionFailed):
        apply_rules(NOW)

    assert done == [NOW]
    detail = AuditEntry.objects.get(action="retention.applied").detail
    assert (detail["erased"], detail["failed"]) == ({"whole": 1}, ["broken"])


def test_what_was_done_is_written_down_in_numbers_only(db):
    written(TWO_YEARS, to_name="Kari")

    apply_rules(NOW)

    entry = AuditEntry.objects.get(action="retention.applied")
    assert (entry.actor, entry.actor_kind, entry.detail["failed"]) == (None, "clock", [])
    assert entry.detail["erased"] == {"messages": 1}
