"""The protocol over HTTP: what stripe-python asks for, and the hosted page."""

import json
import re
import time
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

from .ledger import Refused, public
from .pages import hosted_page
from .world import DECLINED_CARD, World

PART = re.compile(r"\[([^\]]*)\]")
KINDS = {
    "checkout/sessions": "checkout.session",
    "payment_intents": "payment_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "events": "event",
    "balance_transactions": "balance_transaction",
}
PATH = re.compile(rf"/v1/({'|'.join(KINDS)})(?:/([\w]+))?(?:/(\w+))?")
NARROWED_BY = ("payment_intent", "charge", "type", "status", "source")


def nested(encoded: str) -> dict:
    """Read what stripe-python sends: `a[b][0][c]=d` becomes {"a": {"b": [{"c": "d"}]}}."""
    tree: dict = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        keys = [name.partition("[")[0], *PART.findall(name)]
        place = tree
        for key in keys[:-1]:
            place = place.setdefault(key, {})
        place[keys[-1]] = value
    return as_lists(tree)


def as_lists(tree):
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdecimal() for key in tree):
        return [as_lists(tree[key]) for key in sorted(tree, key=int)]
    return {key: as_lists(value) for key, value in tree.items()}


class StripeServer:
    """One running server. `secret_key` is what callers must know; `delay` and `is_away` make it slow or ill."""

    def __init__(self, secret_key: str):
        self.secret_key = secret_key
        self.world = World()
        self.delay = 0.0  # seconds before each answer
        self.is_away = False
        self.asked: list[tuple[str, str, dict]] = []

    def answer(self, method: str, path: str, asked: dict, headers) -> tuple[dict, bool]:
        """Carry out a request of the interface; raises Refused."""
        self.asked.append((method, path, asked))
        if headers.get("Authorization") != f"Bearer {self.secret_key}":
            raise Refused("Invalid API Key provided.", status=401)
        found = PATH.fullmatch(path)
        if found is None:
            raise Refused(f"Unrecognized request URL ({method}: {path}).", status=404)
        place, number, deed = found.groups()
        if method == "GET":
            return (self._one(KINDS[place], number, asked) if number else self._list(place, asked)), False
        act = self._act(place, number, deed, asked)
        key, fingerprint = headers.get("Idempotency-Key", ""), json.dumps([path, asked], sort_keys=True)
        return self.world.once(key, fingerprint, lambda: self._shown(act(), asked))

    def _act(self, place: str, number: str | None, deed: str | None, asked: dict) -> Callable[[], dict]:
        if (place, number, deed) == ("checkout/sessions", None, None):
            return lambda: self.world.create_session(asked)
        if place == "checkout/sessions" and deed == "expire":
            return lambda: self.world.expire_session(number)
        if (place, number, deed) == ("refunds", None, None):
            return lambda: self.world.create_refund(asked)
        raise Refused("Unrecognized request URL.", status=404)

    def _one(self, kind: str, number: str, asked: dict) -> dict:
        if kind == "event":
            return next((one for one in self.world.events if one["id"] == number), None) or self.world.find(
                number, kind
            )
        return self._shown(self.world.find(number, kind), asked)

    def _list(self, place: str, asked: dict) -> dict:
        """Return a page of what was asked for, as https://docs.stripe.com/api/pagination says."""
        rows = self.world.all(KINDS[place])
        for name in NARROWED_BY:
            if name in asked:
                rows = [row for row in rows if row.get(name) == asked[name]]
        created = asked.get("created", {})
        rows = [
            row
            for row in rows
            if int(created.get("gte", 0)) <= row["created"] < int(created.get("lt", 2**40))
        ]  # fmt: skip
        if after := asked.get("starting_after"):
            numbers = [row["id"] for row in rows]
            rows = rows[numbers.index(after) + 1 :] if after in numbers else []
        limit = int(asked.get("limit", 10))
        expand = [name.removeprefix("data.") for name in asked.get("expand", [])]
        page = [self._shown(row, {"expand": expand}) for row in rows[:limit]]
        return {"object": "list", "data": page, "has_more": len(rows) > limit, "url": f"/v1/{place}"}

    def _shown(self, thing: dict, asked: dict) -> dict:
        """Return an object as it is shown, with what was asked to be expanded in it."""
        with self.world.lock:
            shown = json.loads(json.dumps(public(thing)))
        for path in asked.get("expand", []):
            place = shown
            for name in path.split("."):
                if isinstance(place.get(name), str):
                    place[name] = json.loads(json.dumps(public(self.world.objects[place[name]])))
                place = place.get(name) or {}
        return shown


def handler_for(server: StripeServer):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            parts = urlsplit(self.path)
            if parts.path.startswith("/c/pay/"):
                return self.page(parts.path.removeprefix("/c/pay/"))
            if not parts.path.startswith("/v1/"):  # such as the picture a browser looks for by itself
                return self.send(404, "text/plain", b"Not found")
            return self.api("GET", parts.path, nested(parts.query))

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path = urlsplit(self.path).path
            if path.startswith("/c/pay/"):
                return self.pay(path.removeprefix("/c/pay/"), dict(parse_qsl(body)))
            return self.api("POST", path, nested(body))

        def api(self, method, path, asked):
            time.sleep(server.delay)
            if server.is_away:
                return self.send(503, "application/json", b'{"error": {"type": "api_error", "message": "away"}}')
            try:
                content, is_replayed = server.answer(method, path, asked, self.headers)
            except Refused as refused:
                return self.send(refused.status, "application/json", json.dumps(refused.body).encode())
            more = {"Idempotent-Replayed": "true"} if is_replayed else {}
            return self.send(200, "application/json", json.dumps(content).encode(), more)

        def page(self, number, error=""):
            try:
                session = server.world.find(number, "checkout.session")
            except Refused:
                return self.send(404, "text/plain", b"Not found")
            return self.send(200, "text/html; charset=utf-8", hosted_page(session, error).encode())

        def pay(self, number, form):
            card = DECLINED_CARD if form.get("act") == "decline" else form.get("card", "")
            try:
                if not server.world.pay(number, card):
                    return self.page(number, "declined")
            except Refused:
                return self.page(number)
            address = server.world.objects[number]["success_url"].replace("{CHECKOUT_SESSION_ID}", number)
            return self.send(303, "text/plain", b"", {"Location": address})

        def send(self, status, kind, body, more=None):
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    return Handler


@contextmanager
def running_stripe(secret_key: str, *, port: int = 0):
    """Run a server on a port of this machine, and of no other, until the block ends."""
    stripe = StripeServer(secret_key)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler_for(stripe))
    server.daemon_threads = True
    stripe.address = stripe.world.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stripe
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
