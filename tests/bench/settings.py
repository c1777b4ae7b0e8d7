"""The platform as it runs in earnest, with one bare page beside it to measure against."""

import os

from taushet.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
LOGGING["root"]["level"] = "WARNING"  # noqa: F405
HOLDS_PER_MUNICIPALITY = 100_000
BOOKINGS_PER_NETWORK = 1_000_000  # all visitors come from this machine
FETCH_TEST_SERVERS = frozenset(
    (address, int(port))
    for address, _colon, port in (
        server.rpartition(":") for server in os.environ.get("TAUSHET_TEST_SERVERS", "").split()
    )
)
