"""Calendars on a real Radicale, found from any address a person may have, and read only."""

import re
from datetime import UTC, datetime

import pytest

from taushet.caldav import fetch_calendars, responses
from taushet.fetch import FetchFailed, Limits, Login, Why

WINDOW = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC)


def entry(uid, start):
    return (
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Lege\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@pytest.fixture
def server(caldav_server):
    caldav_server.put("first", entry("first", "20261026T090000Z"))
    caldav_server.put("past", entry("past", "20200101T090000Z"))
    return caldav_server


def uids(url, server, password=None, **how):
    login = Login(server.user, password or server.password)
    answers = fetch_calendars(url, login=login, window=WINDOW, **how)
    return [re.findall(rb"UID:(\w+)", answer) for answer in answers]


def test_calendar_is_found_from_its_address_the_persons_and_the_servers(server):
    for url in (server.calendar, f"{server.address}{server.user}/", server.address):
        assert uids(url, server) == [[b"first"]]


def test_all_calendars_are_read_but_lists_of_tasks(server):
    for name, component in (("jobb", "VEVENT"), ("gjoremal", "VTODO")):
        server.make_calendar(name, component)
    server.put("second", entry("second", "20261027T090000Z"), "jobb")

    assert sorted(uids(server.address, server)) == [[b"first"], [b"second"]]


@pytest.mark.parametrize(
    ("path", "password", "limits", "why"),
    [
        ("", "feil", None, Why.SIGN_IN),
        ("kari@test.example/finnes-ikke/", None, None, Why.MISSING),
        ("", None, Limits(total=0), Why.SLOW),
        ("", None, Limits(most_bytes=100), Why.TOO_LARGE),
    ],
)
def test_what_cannot_be_read_is_told_by_a_code(server, path, password, limits, why):
    with pytest.raises(FetchFailed) as failed:
        uids(server.address + path, server, password, limits=limits)

    assert failed.value.why == why


@pytest.mark.parametrize("href", ["https://127.0.0.2/", "https://annen.example/", "https://[::1/"])
def test_links_to_other_servers_are_not_followed(shelf, href):
    link = f"<current-user-principal><href>{href}</href></current-user-principal>"
    found = f'<m xmlns="DAV:"><response>{link}</response></m>'
    shelf.answers["/"] = lambda asked: asked.give(207, found.encode())

    with pytest.raises(FetchFailed) as failed:
        fetch_calendars(shelf.address("/"), login=Login("kari", "hemmelig"), window=WINDOW)

    assert failed.value.why in {Why.REFUSED, Why.MISSING}
    assert len(shelf.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0" encoding="Legetime"?><a',
        b'<?xml version="1.0" encoding="big5"?><a',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16"),
    ],
)
def test_answers_in_other_codings_are_refused_by_a_code_without_their_words(body):
    with pytest.raises(FetchFailed) as failed:
        list(responses(body))

    assert failed.value.why == Why.MISSING
