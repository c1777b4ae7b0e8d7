"""POSTs that somebody has made up: to every address of outreach, by everybody who has no business there."""

import pytest
from django.apps import apps
from django.urls import resolve

from taushet.models import AuditEntry, Message
from tests.test_doors import doors, enter, expected, world  # noqa: F401  the fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bare_refusals")]

MADE_UP = {
    "seen_hash": "0" * 64,
    "is_public_confirmed": "on",
    "title": "Oppdiktet",
    "text": "Oppdiktet",
    "subject": "Oppdiktet",
    "note": "Oppdiktet",
    "email": "ny@a.example",
    "source": "telefon",
    "checked_on": "2026-11-23",
    "status": "kept",
    "evidence": "Oppdiktet",
    "request_key": "a" * 32,
}


def everything():
    """What stands in every table of outreach, and what the log and the outbox hold."""
    models = [*apps.get_app_config("outreach").get_models(), AuditEntry, Message]
    return {model._meta.label: sorted(model.objects.values_list(), key=repr) for model in models}


@pytest.mark.parametrize("who", ["stranger", "booker", "trainer", "finance", "campaign", "approver"])
def test_a_post_gets_nobody_further_than_a_click_and_changes_nothing(client, world, who):  # noqa: F811
    enter(client, who)
    table, before, tried = expected(), everything(), 0

    for name, address in doors(world):
        row = table.get(name)
        if not name.startswith("outreach:") or row is None or row[who] == "open":
            continue
        answer = client.post(address, MADE_UP)
        tried += 1
        if row[who] == "sign in":
            assert (answer.status_code, resolve(answer.url.partition("?")[0]).url_name) == (302, "account_login"), name
        else:
            assert answer.status_code == row[who], name

    assert tried > 0
    assert everything() == before
