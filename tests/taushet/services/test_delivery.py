import json
from base64 import b64encode
from datetime import timedelta
from itertools import permutations

import pytest
from anymail.signals import AnymailTrackingEvent
from django.urls import reverse
from django.utils import timezone

from taushet.models import Attempt, DeliveryEvent, Message, Suppression
from taushet.services.delivery import handle_event, store_event
from taushet.services.jobs import TryLater, run_all_due_jobs
from taushet.services.outbox import send_message_again
from taushet.services.sending import send_all_due
from tests.factories.outbox import write
from tests.factories.taushet import UserFactory

State = Message.State


def report(kind, message=None, **fields):
    """Return a stored report of the provider about a message."""
    metadata = {"message_id": message.message_id} if message else {}
    values = {"message_id": "provider-1", "metadata": metadata, "recipient": "kari@kommune.example"} | fields
    return store_event(AnymailTrackingEvent(event_type=kind, timestamp=timezone.now(), **values), "Postmark")


def written(state, **fields):
    message = write(**fields)
    Message.objects.filter(pk=message.pk).update(state=state)
    outcome = "unknown" if state == State.UNKNOWN else "accepted"
    message.attempts.create(number=1, outcome=outcome, handed_over_at=timezone.now())
    return message


def state_of(message):
    message.refresh_from_db()
    return message.state


def test_delivered_settles_what_was_unknown(db):
    message = written(State.UNKNOWN)

    handle_event(report("delivered", message).pk)

    assert state_of(message) == State.SENT
    assert message.attempts.get().outcome == Attempt.Outcome.ACCEPTED


def test_delivered_stops_what_a_person_sent_again(db, mailbox):
    message = written(State.UNKNOWN)
    send_message_again(message, by=UserFactory())

    handle_event(report("delivered", message).pk)
    send_all_due()

    assert state_of(message) == State.SENT
    assert mailbox.taken == []


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN])
def test_hard_bounce_fails_the_message_and_closes_the_address(db, state):
    message = written(state, to_email="Kari@Kommune.example")

    handle_event(report("bounced", message, reject_reason="bounced").pk)

    assert state_of(message) == State.FAILED
    assert Suppression.objects.get().email == "kari@kommune.example"


SOFT_BOUNCES = {
    "timed out": {"reject_reason": "timed_out"},
    "postmark": {"esp_event": {"RecordType": "Bounce", "Type": "SoftBounce", "TypeCode": 4096, "Inactive": False}},
    "brevo": {"esp_event": {"event": "soft_bounce"}},
    "mailjet": {"esp_event": {"event": "bounce", "hard_bounce": False, "error": "user unknown"}},
    "ses": {"esp_event": {"eventType": "Bounce", "bounce": {"bounceType": "Transient"}}},
    "mailersend": {"esp_event": {"type": "activity.soft_bounced", "data": {"type": "soft_bounced"}}},
    "sparkpost": {"esp_event": {"msys": {"message_event": {"type": "bounce", "bounce_class": "22"}}}},
    "resend": {"esp_event": {"type": "email.bounced", "data": {"bounce": {"type": "Transient"}}}},
    "postal": {"mta_response": "452 4.2.2 Over quota"},
    "full for good": {"mta_response": "552 5.2.2 Mailbox full", "esp_event": {"Type": "HardBounce"}},
    "no route": {"mta_response": "554 5.4.14 Hop count exceeded", "esp_event": {"Type": "HardBounce"}},
    "no reason": {"mta_response": "550 5.0.0 Not taken", "esp_event": {"Type": "HardBounce"}},
    "policy": {"mta_response": "550 5.7.1 Refused by policy"},
}


def test_full_mailbox_fails_the_message_but_not_the_address(db):
    for number, (name, told) in enumerate(SOFT_BOUNCES.items()):
        message = written(State.SENT, to_email=f"kari{number}@kommune.example")
        handle_event(report("bounced", message, event_id=name, **{"reject_reason": "bounced"} | told).pk)

        assert state_of(message) == State.FAILED, name
        assert not Suppression.objects.exists(), name

    gone = {"esp_event": {"Type": "SoftBounce"}, "mta_response": "550 5.1.1 No such user", "reject_reason": "bounced"}
    handle_event(report("bounced", written(State.SENT), event_id="gone", **gone).pk)
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(("kind", "cause"), [("complained", "complaint"), ("unsubscribed", "wish")])
def test_complaint_leaves_the_address_alone(db, kind, cause):
    message = written(State.SENT)

    handle_event(report(kind, message).pk)

    assert state_of(message) == State.SENT
    assert Suppression.objects.get().cause == cause


def test_message_is_found_by_the_providers_own_name(db):
    message = written(State.UNKNOWN)
    message.attempts.update(provider_id="provider-1")

    handle_event(report("delivered").pk)

    assert state_of(message) == State.SENT


def test_report_that_overtakes_the_answer_waits(db):
    message = written(State.SENDING)
    event = report("delivered", message)

    with pytest.raises(TryLater):
        handle_event(event.pk)

    DeliveryEvent.objects.update(received_at=timezone.now() - timedelta(hours=1))
    handle_event(event.pk)
    event.refresh_from_db()
    assert event.handled_at


def test_repeated_report_is_one(db):
    message = written(State.SENT)

    assert report("delivered", message, event_id="7") is not None
    assert report("delivered", message, event_id="7") is None


@pytest.mark.parametrize("kind", ["opened", "clicked", "sent", "inbound"])
def test_who_opened_a_mail_is_not_kept(db, kind):
    assert report(kind) is None
    assert not DeliveryEvent.objects.exists()


def postmark(client, password, **changes):
    body = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "TypeCode": 1,
        "ID": 42,
        "MessageID": "provider-1",
        "Email": "kari@kommune.example",
        "BouncedAt": "2026-12-10T12:00:00Z",
        "Description": "No such user",
    }
    credentials = b64encode(f"provider:{password}".encode()).decode()
    return client.post(
        reverse("anymail:postmark_tracking_webhook"),
        json.dumps(body | changes),
        content_type="application/json",
        headers={"authorization": f"Basic {credentials}"},
    )


def test_webhook_only_stores_and_the_worker_acts(client, db):
    message = written(State.SENT)
    message.attempts.update(provider_id="provider-1")

    answers = [postmark(client, "secret").status_code for _repeat in range(2)]

    assert answers == [200, 200]
    assert reverse("anymail:postmark_tracking_webhook").startswith("/webhooks/epost/")
    assert state_of(message) == State.SENT
    run_all_due_jobs()
    assert state_of(message) == State.FAILED
    assert DeliveryEvent.objects.count() == 1


def test_webhook_of_a_stranger_is_refused(client, db):
    assert postmark(client, "guess").status_code == 400
    assert not DeliveryEvent.objects.exists()


@pytest.mark.parametrize("start", [State.SENT, State.UNKNOWN])
@pytest.mark.parametrize(
    ("kinds", "end"),
    [
        (("deferred", "delivered", "bounced"), State.FAILED),
        (("deferred", "delivered", "complained"), State.SENT),
        (("delivered", "unsubscribed", "rejected"), State.FAILED),
    ],
)
def test_reports_in_any_order_and_any_number_of_times_end_alike(db, start, kinds, end):
    ends = set()
    for number, order in enumerate(permutations(kinds)):
        message = written(start, to_email=f"kari{number}@kommune.example")
        told = []
        for kind in (*order, *order):
            reason = "bounced" if kind == "bounced" else None
            stored = report(kind, message, event_id=f"{number}-{kind}", reject_reason=reason)
            told += [stored.pk] if stored else []
            for event_id in told:
                handle_event(event_id)
        DeliveryEvent.objects.update(handled_at=None)
        for event_id in told:
            handle_event(event_id)
        ends.add(state_of(message))

    assert ends == {end}
    assert DeliveryEvent.objects.count() == 18


def test_what_the_provider_posted_is_kept_as_it_came(db):
    stored = report("delivered", esp_event={"RecordType": "Delivery", "MessageID": "provider-1"})

    assert json.loads(stored.raw) == {"RecordType": "Delivery", "MessageID": "provider-1"}
    assert len(report("delivered", event_id="2", esp_event={"a": "b" * 99_999}).raw) == 20_000
