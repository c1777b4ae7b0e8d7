"""What any account at Stripe has: objects, events, and answers that are given once for a key. In memory only."""

import itertools
import json
import time
from collections.abc import Callable
from threading import RLock


class Refused(Exception):
    """A request that Stripe would not carry out, with what it would answer."""

    def __init__(self, message: str, *, status: int = 400, code: str = "", kind: str = "invalid_request_error"):
        super().__init__(message)
        error = {"type": kind, "message": message} | ({"code": code} if code else {})
        self.status, self.body = status, {"error": error}


class Ledger:
    """Everything in one account, from the start of the server to its end."""

    def __init__(self, address: str = ""):
        self.address = address
        self.lock = RLock()
        self.objects: dict[str, dict] = {}
        self.events: list[dict] = []
        self._answers: dict[str, tuple[str, dict]] = {}
        self._numbers = itertools.count(1)
        self._start = f"{time.time_ns():x}"[-10:]  # so that what a restart forgot is not taken for something new

    def once(self, key: str, fingerprint: str, act: Callable[[], dict]) -> tuple[dict, bool]:
        """Do something once for an idempotency key; returns the answer, and whether it is one from before.

        https://docs.stripe.com/api/idempotent_requests: what was refused is not remembered.
        """
        if not key:
            return act(), False
        with self.lock:
            if key not in self._answers:
                self._answers[key] = (fingerprint, json.loads(json.dumps(act())))
                return self._answers[key][1], False
            before, answer = self._answers[key]
        if before != fingerprint:
            raise Refused(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        return answer, True

    def find(self, number: str, kind: str) -> dict:
        found = self.objects.get(number)
        if found is None or found["object"] != kind:
            raise Refused(f"No such {kind}: '{number}'", status=404, code="resource_missing")
        return found

    def all(self, kind: str) -> list[dict]:
        """Return everything of a kind, newest first as Stripe lists it."""
        found = self.events if kind == "event" else [one for one in self.objects.values() if one["object"] == kind]
        return list(reversed(found))

    def _add(self, kind: str, prefix: str, **fields) -> dict:
        number = f"{prefix}_{self._start}{next(self._numbers):06d}"
        made = {"id": number, "object": kind, "created": int(time.time()), "livemode": False} | fields
        if kind == "checkout.session":
            made["url"] = f"{self.address}/c/pay/{number}"
        self.objects[number] = made
        return made

    def _move(self, kind: str, source: dict, amount: int) -> None:
        fee = max(amount, 0) * 24 // 1000
        self._add(
            "balance_transaction",
            "txn",
            amount=amount,
            currency="nok",
            fee=fee,
            net=amount - fee,
            source=source["id"],
            status="available",
            type=kind,
        )

    def _tell(self, kind: str, about: dict) -> None:
        number = f"evt_{self._start}{next(self._numbers):06d}"
        shown = json.loads(json.dumps(public(about)))  # as it is now, whatever becomes of it
        self.events.append(
            {
                "id": number,
                "object": "event",
                "api_version": None,
                "created": int(time.time()),
                "data": {"object": shown},
                "livemode": False,
                "pending_webhooks": 1,
                "request": {"id": None, "idempotency_key": None},
                "type": kind,
            }
        )


def public(thing: dict) -> dict:
    """Return an object as Stripe shows it, without what only this server keeps."""
    return {name: value for name, value in thing.items() if name not in {"line_items", "intent_data"}}


def refuse_unknown(asked: dict, known: set[str]) -> None:
    for name in asked:
        if name not in known:
            raise Refused(f"Received unknown parameter: {name}", code="parameter_unknown")
