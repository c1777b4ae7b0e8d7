"""Consultations: brought in from the Storting or by hand, with deadlines as a calendar one can close."""

from datetime import date, datetime

import pytest
from django.core.management import call_command
from django.urls import reverse

from outreach.exceptions import BrokenExport
from outreach.models import Consultation
from outreach.services.consultations.consultation_feed import deadlines_address
from outreach.services.consultations.consultations import import_hearings
from outreach.services.consultations.hearings_export import read_hearings
from taushet.models import AuditEntry
from taushet.registries import today_cards
from taushet.workdays import OSLO
from tests.factories.outreach import consultation, submission
from tests.rivals import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

ROW = """<horing><anmodningsfrist_dato_tid>2026-12-20T12:00:00</anmodningsfrist_dato_tid>
<horing_sak_info_liste><horing_sak_info><sak_henvisning>Prop. 1 L (2026-2027)</sak_henvisning>
<sak_korttittel>{title}</sak_korttittel></horing_sak_info></horing_sak_info_liste>
<horing_status>{status}</horing_status><horingstidspunkt_liste><horingstidspunkt><sted>Rom 1</sted>
<tidspunkt>2027-01-27T09:00:00</tidspunkt></horingstidspunkt></horingstidspunkt_liste><id>{id}</id>
<innspillsfrist>{answer}</innspillsfrist><komite><id>FAMKULT</id><navn>Familie- og kulturkomiteen</navn></komite>
<skriftlig>false</skriftlig><soknadfrist_dato i:nil="true"/><start_dato>2027-01-27T09:00:00</start_dato></horing>"""


def export(*rows, **values):
    defaults = {"id": "7", "title": "Krisesenterlova", "status": "Planlagt", "answer": "2026-12-28T00:00:00"}
    body = "".join(rows) or ROW.format(**defaults | values)
    return (
        '<?xml version="1.0"?><horinger_oversikt xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
        f' xmlns="http://data.stortinget.no"><horinger_liste>{body}</horinger_liste></horinger_oversikt>'
    ).encode()


def upload(client, tmp_path, content):
    path = tmp_path / "horinger.xml"
    path.write_bytes(content)
    with path.open("rb") as file:
        return client.post(reverse("outreach:consultation_import"), {"file": file})


def bring_in(client, shown, **more):
    return client.post(
        reverse("outreach:consultation_import_write"), {"read": shown.context["read"], **more}, follow=True
    )


def test_the_export_is_shown_before_it_is_written_and_the_same_once_more_writes_nothing(client, author, tmp_path, said):
    shown = upload(client, tmp_path, export())
    assert shown.context["changes"].new == ["Familie- og kulturkomiteen: Krisesenterlova"]
    assert not Consultation.objects.exists()

    assert said(bring_in(client, shown)) == ["New: 1. Changed: 0. As before: 0."]
    row = Consultation.objects.get()
    assert (row.speak_by, row.speak_by_is_day) == (datetime(2026, 12, 20, 12, tzinfo=OSLO), False)
    assert (row.answer_by, row.answer_by_is_day) == (datetime(2026, 12, 28, 23, 59, tzinfo=OSLO), True)
    assert (row.state, row.reference, row.place, row.sequence) == ("planned", "Prop. 1 L (2026-2027)", "Rom 1", 0)

    entries = AuditEntry.objects.count()
    shown = upload(client, tmp_path, export())
    assert (shown.context["changes"].is_nothing, shown.context["changes"].same) == (True, 1)
    assert said(bring_in(client, shown)) == ["New: 0. Changed: 0. As before: 1."]
    assert (AuditEntry.objects.count(), Consultation.objects.get().changed_at) == (entries, row.changed_at)

    # What staff decide stays; a changed status gives the calendar a new number.
    Consultation.objects.update(plan="answer", url="https://egen.example/")
    bring_in(client, upload(client, tmp_path, export(status="Avlyst")))
    row.refresh_from_db()
    assert (row.state, row.plan, row.url, row.sequence) == ("cancelled", "answer", "https://egen.example/", 1)


def test_what_was_shown_cannot_be_forged(client, author, tmp_path, said):
    shown = upload(client, tmp_path, export())

    assert said(bring_in(client, shown, read=shown.context["read"] + "x")) == [
        "Read the file again: what was shown is too old."
    ]
    assert not Consultation.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<horinger_oversikt>", "This is not a whole XML file."),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><horinger_oversikt/>', "This is not a whole XML file."),
        (b"<saker_oversikt/>", "This is not the export of hearings (horinger)."),
        (export(id="-1"), "horinger, row 1 (-1): It has no id."),
        (
            export(ROW.format(id=1, title="A", status="Planlagt", answer="") * 2),
            "horinger, row 2 (1): It is there twice.",
        ),
        (export(answer="i morgen"), "horinger, row 1 (7): Invalid isoformat string: 'i morgen'"),
    ],
)
def test_an_export_that_cannot_be_used_says_where(content, sentence):
    with pytest.raises(BrokenExport) as told:
        read_hearings(content)

    assert str(told.value) == sentence


def test_a_status_nobody_knows_is_told_as_doubtful_and_the_sample_is_read(client, author, tmp_path):
    assert upload(client, tmp_path, export(status="Utsatt")).context["changes"].doubtful == [
        "Familie- og kulturkomiteen: Krisesenterlova (Utsatt)"
    ]
    path = tmp_path / "sample.xml"
    path.write_bytes(export(title="Fra fil"))
    call_command("import_hearings", from_file=path, dry_run=True)
    assert not Consultation.objects.exists()
    call_command("import_hearings", from_file=path)
    assert Consultation.objects.get().title == "Fra fil"


def test_a_ministrys_consultation_is_put_in_by_hand_in_oslo_time(client, author):
    values = {"title": "Ny lov", "held_by": "Justisdepartementet", "state": "planned", "plan": "answer"}
    url = reverse("outreach:consultation_create")

    assert client.post(url, values | {"answer_at": "12:00"}).context["form"].errors == {"answer_on": ["Choose a date."]}
    late = values | {"speak_on": "2026-12-10", "starts_on": "2026-12-10", "starts_at_time": "09.00"}
    refused = {"speak_on": ["The hearing has begun by then. The deadline must lie before it."]}
    assert client.post(url, late | {"speak_at": "09.30"}).context["form"].errors == refused
    assert client.post(url, late | {"speak_on": "2026-12-11"}).context["form"].errors == refused
    assert not Consultation.objects.exists()
    client.post(url, values | {"answer_on": "2026-11-30", "speak_on": "2027-03-28", "speak_at": "12.00"})

    row = Consultation.objects.get()
    assert (row.origin, row.answer_by_is_day) == ("ministry", True)
    assert row.answer_by.astimezone(OSLO) == datetime(2026, 11, 30, 23, 59, tzinfo=OSLO)
    assert row.speak_by == datetime(2027, 3, 28, 12, tzinfo=OSLO)
    assert [text for text, _url in today_cards["deadlines"].items(author)] == [
        "30\N{NO-BREAK SPACE}November 2026: Ny lov"
    ]
    client.post(reverse("outreach:consultation_update", args=[row.pk]), values | {"answer_on": "2026-12-01"})
    row.refresh_from_db()
    assert (row.sequence, row.speak_by, row.answer_by.astimezone(OSLO).date()) == (1, None, date(2026, 12, 1))


def test_the_calendar_tells_the_truth_and_can_be_closed(client, author):
    timed = consultation(title="Med tid", answer_by=None, speak_by=datetime(2026, 12, 20, 12, tzinfo=OSLO))
    day = consultation(title="Hele dagen")
    consultation(title="Ikke for oss", plan="pass")
    page = reverse("outreach:deadline_feed_page")
    client.post(reverse("outreach:deadline_feed_renew"))
    address = deadlines_address(author)
    assert address in client.get(page).text
    feed = f"/{address.partition('://')[2].partition('/')[2]}"

    answer = client.get(feed)

    text = answer.content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 2
    assert f"UID:consultation-{timed.pk}-speak@" in text
    assert "DTEND;TZID=Europe/Oslo:20261220T120000" in text
    assert f"UID:consultation-{day.pk}-answer@" in text
    assert "DTSTART;VALUE=DATE:20270301\r\nDTEND;VALUE=DATE:20270302" in text
    assert "METHOD" not in text
    assert str(author) not in text
    assert client.get(feed, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert client.get(feed).content == answer.content

    client.post(
        reverse("outreach:consultation_update", args=[day.pk]),
        {
            "title": "Hele dagen",
            "held_by": day.held_by,
            "state": "cancelled",
            "plan": "answer",
            "answer_on": "2027-03-01",
        },
    )
    after = client.get(feed, headers={"if-none-match": answer["ETag"]})
    assert "STATUS:CANCELLED" in after.content.decode()
    assert "SEQUENCE:1" in after.content.decode()

    client.post(reverse("outreach:deadline_feed_close"))
    assert client.get(feed).status_code == 410
    assert deadlines_address(author) is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_narrows_and_costs_the_same(client, author, django_assert_num_queries, count):
    for number in range(count):
        submission(consultation=consultation(title=f"Sak {number}"), by=author)
    consultation(title="Over", state="held")
    url = reverse("outreach:consultation_list")
    client.get(url)

    with django_assert_num_queries(9):
        response = client.get(url)

    assert len(response.context["page"]) == count
    assert len(client.get(url, {"page": "1"}).context["page"]) == count
    held = client.get(url, {"state": "held"}).context["page"]
    assert [row.title for row in held] == ["Over"]
    assert [row.title for row in client.get(url, {"q": "sak 0"}).context["page"]] == ["Sak 0"]


def test_what_has_passed_stands_last_and_says_so(client, author):
    def on(day, hour=9):
        return datetime(2026, 11, day, hour, tzinfo=OSLO)

    consultation(title="Holdt i går", speak_by=on(10), answer_by=None, starts_at=on(22))
    consultation(title="Fristen ute", answer_by=on(20))
    consultation(title="Uten dag", answer_by=None)
    consultation(title="Til uka", answer_by=on(30))
    consultation(title="Frist ute, høring i dag", speak_by=on(20), answer_by=None, starts_at=on(23, 14))

    response = client.get(reverse("outreach:consultation_list"))

    assert "what has passed without anybody putting down that it is over" in response.text
    assert [(row.title, row.has_passed) for row in response.context["page"]] == [
        ("Frist ute, høring i dag", False),
        ("Til uka", False),
        ("Uten dag", False),
        ("Holdt i går", True),
        ("Fristen ute", True),
    ]
    assert response.text.count("Passed</span>") == 2


def bring_in_once(hearings):
    return len(import_hearings(hearings).new)


@pytest.mark.django_db(transaction=True)
def test_two_who_bring_in_the_same_at_once_make_one():
    hearings = read_hearings(export())

    assert sorted(at_once(bring_in_once, [hearings, hearings])) == [0, 1]
    assert Consultation.objects.count() == 1
