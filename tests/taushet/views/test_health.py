from datetime import timedelta

from django.utils import timezone

from taushet.models import WorkerProcess
from tests.factories.outbox import write


def test_alive_asks_nothing_of_the_database(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/helse/")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_tells_of_database_and_worker(client, db):
    assert client.get("/helse/klar/").json() == {"status": "ok", "database": "ok", "worker": "silent"}

    WorkerProcess.objects.create(name="one", role="clock")

    assert client.get("/helse/klar/").json()["worker"] == "ok"


def test_silent_worker_is_an_alarm(client, db):
    WorkerProcess.objects.create(name="one", role="clock", beat_at=timezone.now() - timedelta(minutes=5))

    response = client.get("/helse/arbeider/")

    assert (response.status_code, response.json()["status"]) == (503, "error")


def test_worker_and_the_oldest_mail_that_waits(client, db):
    WorkerProcess.objects.create(name="one", role="clock", beat_at=timezone.now() - timedelta(seconds=20))
    WorkerProcess.objects.create(name="two", role="clock", beat_at=timezone.now() - timedelta(seconds=10))
    write(due_at=timezone.now() - timedelta(minutes=3))

    response = client.get("/helse/arbeider/")

    assert response.status_code == 200
    assert 9 <= response.json()["seconds_since_sign_of_life"]["clock"] < 15
    assert 179 <= response.json()["seconds_oldest_mail_waits"] < 200
