"""How events reach the webhook: signed as Stripe signs them, and as badly behaved as a test wants."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from threading import Event, Thread

from .world import World

LONGEST_WAIT = 10.0  # seconds for the webhook to answer


def sign(body: bytes, secret: str, at: int | None = None) -> str:
    """Return the header that proves where a body comes from (https://docs.stripe.com/webhooks/signature)."""
    at = int(time.time()) if at is None else at
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


def deliver(event: dict, address: str, secret: str) -> int:
    """Send one event; returns what the webhook answered, 0 when nothing did."""
    body = json.dumps(event, indent=2).encode()
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": sign(body, secret)}
    request = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=LONGEST_WAIT) as answer:  # noqa: S310
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Postman:
    """Delivers what happens in the background, and again while it is not answered with a 2xx.

    `turned` delivers the newest first, `copies` each so many times, and `pause` seconds later.
    """

    def __init__(self, world: World, address: str, secret: str, *, pause: float = 0.3, copies: int = 1):
        self.world, self.address, self.secret = world, address, secret
        self.pause, self.copies, self.turned = pause, copies, False
        self._seen = 0
        self._late: list[tuple[float, int, dict]] = []
        self._ended = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(self.pause):
            with self.world.lock:
                new, self._seen = self.world.events[self._seen :], len(self.world.events)
            if self.turned:
                new.reverse()
            due = [(tries, event) for at, tries, event in self._late if at <= time.monotonic()]
            self._late = [entry for entry in self._late if entry[0] > time.monotonic()]
            for tries, event in [*due, *((0, event) for event in new for _copy in range(self.copies))]:
                if not 200 <= deliver(event, self.address, self.secret) < 300:
                    wait = min(2.0**tries, 60.0)
                    self._late.append((time.monotonic() + wait, tries + 1, event))
