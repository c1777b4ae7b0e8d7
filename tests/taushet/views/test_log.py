import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from taushet.models import AuditEntry, Message
from taushet.registries import logged_actions
from taushet.roles import ADMINISTRATOR, APPROVER, CAMPAIGN, FINANCE
from taushet.services import audit
from taushet.services.retention import apply_rules
from tests.factories.outbox import write
from tests.factories.taushet import StaffFactory, UserFactory, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    return sign_in(client, StaffFactory(roles=[ADMINISTRATOR]))


def lines(client, query=""):
    page = client.get(reverse("log_list") + query).context["page"]
    return [entry.action for entry in page]


def test_others_do_not_read_the_log(client):
    sign_in(client, StaffFactory(roles=[CAMPAIGN, APPROVER, FINANCE]))

    assert client.get(reverse("log_list")).status_code == 403


def test_the_newest_line_comes_first(client, administrator):
    audit.record("first", administrator)
    audit.record("second", administrator)

    assert lines(client) == ["second", "first"]


def test_lines_are_found_by_person_object_and_day(client, administrator):
    colleague, other = StaffFactory(name="Kåre Kollega"), UserFactory()
    audit.record("seen", other, by=colleague)
    audit.record("user.changed", colleague, by=administrator)
    AuditEntry.objects.filter(action="user.changed").update(at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))

    assert lines(client, "?who=kollega") == ["seen"]
    assert lines(client, f"?object_type=taushet.user&object_id={other.pk}") == ["seen"]
    assert lines(client, "?action=user.changed") == ["user.changed"]
    assert lines(client, "?since=2026-03-02&until=2026-03-02") == ["user.changed"]
    assert lines(client, "?until=2026-03-01") == []


@pytest.mark.parametrize(
    "query", ["?since=yesterday", "?object_type=nothing.there", "?action=nothing.done", "?who=%00", "?page=x"]
)
def test_what_makes_no_sense_is_told_and_left_out(client, administrator, query):
    audit.record("seen", administrator)

    assert lines(client, query) == ["seen"]


@pytest.mark.parametrize(
    ("language", "done", "capacity"),
    [
        ("nb", "Bestilling overtatt av en kollega", "med bestillerens lenke"),
        ("nn", "Bestilling overteken av ein kollega", "med lenkja til bestillaren"),
        ("en", "Booking taken over by a colleague", "by the booker’s link"),
    ],
)
def test_a_reader_meets_words_and_no_codes(client, administrator, language, done, capacity):
    client.cookies["sprak"] = language
    audit.record("booking.taken_over", administrator, kind="booker")

    page = client.get(reverse("log_list")).text

    assert f">{done}</td>" in page
    assert f"> {capacity}</td>" in page
    assert ">booking.taken_over<" not in page


def test_a_list_is_written_as_people_write_one(client, administrator):
    audit.record("course.changed", administrator, fields=["title_nb", "title_nn"], seats=3, none=[])

    page = client.get(reverse("log_list")).text

    # In whatever order the database gives them back.
    for detail in ["<code>fields</code>: title_nb, title_nn", "<code>seats</code>: 3", "<code>none</code>: "]:
        assert any(f"{detail}{end}" in page for end in (", <code>", "</td>"))


def test_the_nightly_erasing_is_told_in_words(client, administrator):
    write()
    Message.objects.update(state=Message.State.SENT, created_at=datetime(2020, 1, 1, tzinfo=UTC))
    apply_rules(timezone.now())

    page = client.get(reverse("log_list")).text

    assert ">Det som skulle slettes, ble slettet</td>" in page
    assert re.search(r">nattlig sletting \d{4}-\d\d-\d\d</a>", page)
    assert re.search(r"<code>erased</code>: [a-z-]+ 1\b", page)
    assert ">retention" not in page


def test_an_old_code_that_has_no_words_is_shown_as_it_is(client, administrator):
    audit.record("something.forgotten", administrator, by=administrator)

    assert ">something.forgotten</td>" in client.get(reverse("log_list")).text


def recorded_codes():
    """Return the codes that stand in the code as the first argument of `record`, or in the variable given there."""
    for path in (Path(settings.BASE_DIR) / app for app in ("taushet", "municipalities", "courses", "outreach")):
        for source in path.rglob("*.py"):
            tree = ast.parse(source.read_text(encoding="utf-8"))
            calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args and is_record(node)]
            given = {node.args[0].id for node in calls if isinstance(node.args[0], ast.Name)}
            values = [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in given
            ]
            for value in [*(node.args[0] for node in calls), *values]:
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def is_record(call):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"record", "_record"}


def test_whatever_is_recorded_has_words():
    codes = set(recorded_codes())

    assert {code for code in codes if logged_actions.get(code) is None} == set()
    assert {"booking.second_contact_removed", "unit.created", "participant.named"} <= codes


def test_fifty_lines_a_page(client, administrator):
    for number in range(51):
        audit.record(f"act{number}", administrator, by=administrator)

    assert len(lines(client)) == 50
    assert lines(client, "?page=2") == ["act0"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(client, administrator, django_assert_num_queries, count):
    for _ in range(count):
        audit.record("seen", administrator, by=UserFactory())

    with django_assert_num_queries(9):
        lines(client)
