"""Addresses that people give us reach public servers only, and cost no more than they may."""

import gzip
import time

import pytest

from taushet.fetch import FetchFailed, Limits, Login, Why, check_address, fetch
from taushet.open_net import is_public, is_same_server
from tests.servers.calendars import HOME, bomb, drip, large, silent_listener

QUICK = Limits(connect=0.5, total=1)


def why_not(url, **how):
    with pytest.raises(FetchFailed) as failed:
        fetch(url, **how)
    return failed.value.why


INSIDE = """
    127.0.0.1 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 198.18.0.1 192.0.0.9 192.0.2.1
    224.0.0.1 255.255.255.255 240.0.0.1 192.88.99.1
    ::1 :: fe80::1%eth0 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b:1::1
    2002:7f00:1:: 2001::1 2001:db8::1 ::127.0.0.1 100::1 not-an-address
"""


def test_addresses_that_are_not_of_the_open_net_are_refused():
    assert [address for address in INSIDE.split() if is_public(address)] == []


@pytest.mark.parametrize("address", ["193.212.1.10", "2a02:26f0:1::5", "8.8.8.8"])
def test_address_of_the_open_net_is_let_through(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://kalender.test/", Why.ADDRESS),
        ("ftp://kalender.test/", Why.ADDRESS),
        ("file:///etc/passwd", Why.ADDRESS),
        ("https://kari:hemmelig@kalender.test/", Why.ADDRESS),
        ("https:///kalender.ics", Why.ADDRESS),
        ("https://kalender.test/a b", Why.ADDRESS),
        ("https://kalender.test/a\r\nX: y", Why.ADDRESS),
        ("https://[::1/", Why.ADDRESS),
        ("https://kalender.test:99999/", Why.ADDRESS),
        ("https://kalender.test/" + "a" * 2000, Why.ADDRESS),
        ("https://kalender.test:8443/", Why.REFUSED),
    ],
)
def test_only_plain_addresses_of_https_are_taken(url, why):
    with pytest.raises(FetchFailed) as failed:
        check_address(url)

    assert failed.value.why == why


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"]
)
def test_our_own_net_is_refused_however_it_is_written(host):
    assert why_not(f"https://{host}/", limits=QUICK) == Why.REFUSED


def test_redirects_into_our_net_are_refused_without_a_byte(shelf):
    targets = [
        f"https://127.0.0.2:{shelf.port}/",
        f"https://[::ffff:127.0.0.2]:{shelf.port}/",
        f"https://intern.test:{shelf.port}/",
        f"http://127.0.0.2:{shelf.port}/",
        "https://169.254.169.254/latest/",
        f"//127.0.0.2:{shelf.port}/",
    ]
    inside = {"intern.test": ["127.0.0.2"], "kalender.test": [HOME], "127.0.0.2": ["127.0.0.2"]}
    with silent_listener(shelf.port) as met:
        for number, target in enumerate(targets):
            shelf.answers[f"/{number}"] = lambda asked, target=target: asked.give(302, Location=target)
            url = shelf.address(f"/{number}", "kalender.test")

            why = why_not(url, limits=QUICK, lookup=lambda host, port: inside.get(host, [host.strip("[]")]))

            assert why in {Why.REFUSED, Why.ADDRESS}, target
        assert met == []
    assert len(shelf.asked) == len(targets)


def test_name_that_changes_its_address_reaches_only_what_was_checked(shelf):
    told = iter([[HOME], ["127.0.0.2"]])
    shelf.answers["/"] = b"first"
    with silent_listener(shelf.port) as met:
        got = fetch(shelf.address("/", "kalender.test"), limits=QUICK, lookup=lambda host, port: next(told))
        why = why_not(shelf.address("/", "kalender.test"), limits=QUICK, lookup=lambda host, port: next(told))

        assert (got.body, why, met) == (b"first", Why.REFUSED, [])
    assert [headers["Host"] for _path, headers in shelf.asked] == [f"kalender.test:{shelf.port}"]


def test_name_with_one_inner_address_among_public_ones_is_refused(shelf):
    assert why_not(shelf.address("/", "kalender.test"), lookup=lambda host, port: [HOME, "127.0.0.2"]) == Why.REFUSED
    assert shelf.asked == []


def test_slow_resolver_is_not_waited_for():
    started = time.monotonic()

    why = why_not("https://kalender.test/", limits=Limits(connect=0.3), lookup=lambda host, port: time.sleep(2) or [])

    assert (why, time.monotonic() - started < 2) == (Why.SLOW, True)


def test_certificate_of_another_name_is_refused(shelf):
    shelf.answers["/"] = b"x"

    assert why_not(shelf.address("/", "annen.test"), lookup=lambda host, port: [HOME]) == Why.UNREACHABLE
    assert shelf.asked == []


def test_redirects_are_followed_three_times_at_most(shelf):
    for number in range(4):
        shelf.answers[f"/{number}"] = lambda asked, number=number: asked.give(301, Location=f"/{number + 1}")
    shelf.answers["/4"] = lambda asked: asked.give(200, gzip.compress(b"there"), Content_Encoding="gzip", ETag='"1"')

    got = fetch(shelf.address("/1"))

    assert (got.body, got.etag, got.url) == (b"there", '"1"', shelf.address("/4"))
    assert why_not(shelf.address("/0")) == Why.REDIRECTS


def test_password_stays_with_the_server_it_was_given_for(shelf):
    login = Login("kari", "hemmelig")
    shelf.answers["/"] = lambda asked: asked.give(302, Location=shelf.address("/there", "nabo.kommune.test"))
    shelf.answers["/there"] = lambda asked: asked.give(302, Location=shelf.address("/back", "kalender.kommune.test"))
    shelf.answers["/back"] = b"x"

    fetch(shelf.address("/", "kalender.kommune.test"), login=login, lookup=lambda host, port: [HOME])

    assert [headers.get("Authorization") for _path, headers in shelf.asked] == [login.header, None, login.header]
    assert "hemmelig" not in repr(login)
    assert is_same_server("p34-caldav.icloud.com", "caldav.icloud.com")
    assert not is_same_server("skole.kommune.no", "kalender.kommune.no")
    assert not is_same_server("oncloud.com", "caldav.icloud.com")
    assert not is_same_server("icloud.com.ondt.example", "caldav.icloud.com")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (large, Why.TOO_LARGE),
        (bomb, Why.TOO_LARGE),
        (drip, Why.SLOW),
        (lambda asked: asked.give(200, b"x", Content_Length=6 * 1024 * 1024), Why.TOO_LARGE),
        (lambda asked: asked.give(200, b"half", Content_Length=100), Why.UNREACHABLE),
        (lambda asked: asked.give(200, gzip.compress(b"x" * 10_000)[:-9], Content_Encoding="gzip"), Why.UNREACHABLE),
        (lambda asked: asked.give(200, b"not packed", Content_Encoding="gzip"), Why.SERVER),
        (lambda asked: asked.give(200, b"x", Content_Encoding="br"), Why.SERVER),
        (lambda asked: asked.give(302), Why.SERVER),
        (lambda asked: asked.give(401), Why.SIGN_IN),
        (lambda asked: asked.give(404), Why.MISSING),
        (lambda asked: asked.give(500), Why.SERVER),
    ],
)
def test_bad_answers_are_refused_in_time(shelf, answer, why):
    shelf.answers["/"] = answer
    started = time.monotonic()

    assert why_not(shelf.address("/"), limits=Limits(total=1.5)) == why
    assert time.monotonic() - started < 4
