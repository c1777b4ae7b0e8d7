from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from taushet import roles
from taushet.models import AuditEntry, Message, Suppression
from taushet.registrations.outbox import find_messages, mail_in_trouble
from taushet.registries import message_kinds
from taushet.services import settling
from taushet.services.outbox import WrongState, read_message, show_message
from tests.factories.outbox import write
from tests.factories.taushet import StaffFactory, TrainerUserFactory, sign_in

pytestmark = pytest.mark.django_db

State = Message.State
EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1@x\r\nSUMMARY:Kurs\r\n"
    "DTSTART:20261210T080000Z\r\nDTEND:20261210T110000Z\r\nLOCATION:Rådhuset\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def staff(client):
    return sign_in(client, StaffFactory())


def written(state, **fields):
    message = write(**fields)
    Message.objects.filter(pk=message.pk).update(state=state)
    message.refresh_from_db()
    return message


def listed(client, **query):
    response = client.get(reverse("outbox_list"), query)
    return [message.pk for message in response.context["page"]]


@pytest.mark.parametrize(
    "address", ["/stab/utboks/", "/stab/utboks/1/", "/stab/utboks/1/html/", "/stab/utboks/1/slipp/"]
)
def test_others_do_not_see_the_outbox(client, address):
    sign_in(client, TrainerUserFactory())

    assert client.get(address).status_code == 403


def test_finance_does_not_read_mail(client):
    sign_in(client, StaffFactory(roles=[roles.FINANCE]))

    assert client.get("/stab/utboks/").status_code == 403


def test_newest_come_first_fifty_a_page(client, staff):
    messages = [write() for _number in range(51)]

    assert listed(client) == [message.pk for message in reversed(messages)][:50]
    assert listed(client, page=2) == [messages[0].pk]


def test_list_is_narrowed_by_state_kind_and_address(client, staff):
    held = written(State.HELD)
    sealed = written(State.SENT, kind="test-sealed", to_email="ola@fylke.example", subject="Kode")

    assert listed(client, state="held") == [held.pk]
    assert listed(client, kind="test-sealed") == [sealed.pk]
    assert listed(client, q="fylke") == [sealed.pk]
    assert listed(client, q="KARI") == [held.pk]
    assert listed(client, q="kode") == [sealed.pk]
    assert listed(client, state="nonsense", kind="nonsense") == [sealed.pk, held.pk]


def test_states_are_counted(client, staff):
    written(State.HELD)
    written(State.HELD)
    written(State.SENT)

    states = client.get(reverse("outbox_list")).context["states"]

    counts = {value: count for value, _label, count in states}
    assert (counts["held"], counts["sent"], counts["failed"]) == (2, 1, 0)


def test_list_says_what_is_wrong_where_somebody_has_to_look(client, staff):
    for state in (State.FAILED, State.STAYED):
        message = written(state)
        Message.objects.filter(pk=message.pk).update(state_reason=settling.REFUSED)

    page = client.get(reverse("outbox_list")).content.decode()

    assert page.count("E-postleverandøren avviste meldingen.") == 1


@pytest.mark.parametrize(("state", "is_asked"), [(State.UNKNOWN, True), (State.FAILED, False)])
def test_person_is_asked_to_find_out_what_became_of_it(client, staff, state, is_asked):
    page = client.get(written(state).get_absolute_url()).content.decode()

    assert ("Ingen andre enn du kan finne ut" in page) is is_asked


@pytest.mark.parametrize("count", [1, 3])
def test_list_queries_do_not_grow(client, staff, django_assert_max_num_queries, count):
    for _number in range(count):
        write()
    client.get(reverse("outbox_list"))

    with django_assert_max_num_queries(10):
        client.get(reverse("outbox_list"))


def test_reading_a_message_is_recorded(client, staff):
    message = write()

    client.get(message.get_absolute_url())

    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.object_id) == (staff, "message.seen", str(message.pk))


def test_private_links_are_marks(client, staff):
    message = write(text="Se <b>her</b>: [[link:test:7]]", headers={"List-Unsubscribe": "<[[link:test:7]]>"})

    page = client.get(message.get_absolute_url()).content.decode()
    html = client.get(reverse("outbox_html", args=[message.pk]))

    assert "[[link" not in page
    assert 'Se &lt;b&gt;her&lt;/b&gt;: <span class="private-link">privat lenke</span>' in page
    assert "[[link" not in html.content.decode()
    assert "default-src 'none'" in html.headers["Content-Security-Policy"]


def test_sign_in_mail_is_sealed(client, staff):
    message = write(kind="test-sealed", text="Koden er 123456.")

    page = client.get(message.get_absolute_url()).content.decode()

    assert "123456" not in page
    assert "forseglet" in page


def test_calendar_is_readable(client, staff):
    message = write(calendar=EVENT, calendar_method="REQUEST")

    page = client.get(message.get_absolute_url()).content.decode()

    assert "10.\xa0desember 2026 kl.\xa009.00–\u206012.00, Rådhuset" in page.replace("&nbsp;", "\xa0")


def test_broken_calendar_breaks_no_page(client, staff):
    message = write(calendar="BEGIN:NOTHING", calendar_method="REQUEST")

    assert client.get(message.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        (State.QUEUED, "outbox_hold", State.HELD),
        (State.HELD, "outbox_release", State.QUEUED),
        (State.HELD, "outbox_cancel", State.CANCELLED),
        (State.FAILED, "outbox_cancel", State.CANCELLED),
        (State.UNKNOWN, "outbox_mark_sent", State.SENT),
        (State.UNKNOWN, "outbox_send_again", State.QUEUED),
        (State.FAILED, "outbox_send_again", State.QUEUED),
        (State.SENT, "outbox_send_again", State.SENT),
        (State.SENDING, "outbox_cancel", State.SENDING),
        (State.SENT, "outbox_mark_sent", State.SENT),
    ],
)
def test_action_asks_first_and_is_recorded(client, staff, before, name, after):
    message = written(before)
    address = reverse(name, args=[message.pk])

    assert client.get(address).status_code == 200
    message.refresh_from_db()
    assert message.state == before
    client.post(address)

    message.refresh_from_db()
    assert message.state == after
    assert AuditEntry.objects.filter(actor=staff).count() == int(before != after)


def test_reader_may_not_steer(client):
    sign_in(client, StaffFactory(roles=[roles.APPROVER]))
    message = written(State.HELD)

    page = client.get(message.get_absolute_url())
    answer = client.post(reverse("outbox_release", args=[message.pk]))

    assert page.context["actions"] == []
    assert answer.status_code == 403


def test_suppressed_address_is_shown_and_opened(client, staff):
    message = write()
    suppression = Suppression.objects.create(email="kari@kommune.example", cause="bounce")
    address = reverse("suppression_lift", args=[suppression.pk])

    assert address in client.get(message.get_absolute_url()).content.decode()
    assert address in client.get(reverse("suppression_list")).content.decode()
    client.get(address)
    assert Suppression.objects.exists()
    client.post(address)

    assert not Suppression.objects.exists()
    assert AuditEntry.objects.filter(action="suppression.lifted", actor=staff).exists()


def test_card_of_today_counts_by_what_is_wrong(staff):
    written(State.UNKNOWN)
    written(State.FAILED)
    written(State.FAILED)
    written(State.SENT)
    write(due_at=timezone.now() - timedelta(minutes=20))

    assert [url.rpartition("=")[2] for _text, url in mail_in_trouble(staff)] == ["unknown", "failed", "queued"]


def test_search_finds_mail_by_address(staff):
    message = write(to_email="ola@fylke.example")
    write()

    assert [url for _text, _detail, url in find_messages(staff, "FYLKE")] == [message.get_absolute_url()]


def test_sealed_text_is_read_in_the_demonstration_only(settings):
    message = write(kind="test-sealed", text="Koden er 123456.")

    assert read_message(message) == ""
    with pytest.raises(WrongState):
        show_message(message)

    settings.DEMO = True
    assert show_message(message) == "Koden er 123456."


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_no_two_kinds_have_the_same_name_in_the_filter(language):
    with translation.override(language):
        names = [str(kind.label) for kind in message_kinds]

    assert sorted(names) == sorted(set(names))
