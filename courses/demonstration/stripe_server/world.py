"""What a local stand-in for Stripe does: Checkout, payments, refunds and disputes.

For the demonstration and the tests; no money is anywhere near it. The rules are Stripe's own
(https://docs.stripe.com/api), as far as they matter here: it refuses unknown parameters, refunds above what was paid,
and an idempotency key that comes back with other parameters.
"""

import time

from .ledger import Ledger, Refused, refuse_unknown

LEAST_AMOUNT = 300  # øre; Stripe takes no card payment below three kroner
SHORTEST, LONGEST = 30 * 60, 24 * 60 * 60  # seconds a Checkout Session may live
DECLINED_CARD = "4000000000000002"
SESSION_PARAMETERS = {
    "mode",
    "line_items",
    "success_url",
    "cancel_url",
    "client_reference_id",
    "metadata",
    "payment_intent_data",
    "expires_at",
    "locale",
    "payment_method_types",
    "submit_type",
    "adaptive_pricing",
    "expand",
}
REFUND_PARAMETERS = {"payment_intent", "charge", "amount", "reason", "metadata", "expand"}


class World(Ledger):
    """One account, with what a payer, the owner and the bank can do in it."""

    refunds_wait = False  # whether refunds stay pending until `end_refund`

    def find(self, number: str, kind: str) -> dict:
        self.expire_due()
        return super().find(number, kind)

    def all(self, kind: str) -> list[dict]:
        self.expire_due()
        return super().all(kind)

    def create_session(self, asked: dict) -> dict:
        refuse_unknown(asked, SESSION_PARAMETERS)
        if asked.get("mode") != "payment":
            raise Refused("Only mode=payment is known here.")
        for name in ("success_url", "line_items"):
            if not asked.get(name):
                raise Refused(f"Missing required param: {name}.", code="parameter_missing")
        amount = sum(line_amount(line) for line in asked["line_items"])
        if amount < LEAST_AMOUNT:
            raise Refused("The Checkout Session's total amount due must add up to at least 3.00 kr nok")
        now = int(time.time())
        expires_at = int(asked.get("expires_at") or now + LONGEST)
        if not now + SHORTEST <= expires_at <= now + LONGEST:
            raise Refused("The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from now.")
        return self._add(
            "checkout.session",
            "cs_test",
            amount_subtotal=amount,
            amount_total=amount,
            currency="nok",
            mode="payment",
            status="open",
            payment_status="unpaid",
            payment_intent=None,
            client_reference_id=asked.get("client_reference_id"),
            metadata=asked.get("metadata", {}),
            success_url=asked["success_url"],
            cancel_url=asked.get("cancel_url"),
            expires_at=expires_at,
            locale=asked.get("locale", "auto"),
            line_items=asked["line_items"],
            intent_data=asked.get("payment_intent_data", {}),
            url="",
        )

    def expire_session(self, number: str) -> dict:
        session = self.find(number, "checkout.session")
        if session["status"] != "open":
            raise Refused(
                'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a'
                f" status of {session['status']}."
            )
        return self._expire(session)

    def expire_due(self) -> None:
        """End what has lived its time."""
        with self.lock:
            for session in list(self.objects.values()):
                if session.get("status") == "open" and session["expires_at"] <= time.time():
                    self._expire(session)

    def _expire(self, session: dict) -> dict:
        session |= {"status": "expired", "url": None}
        self._tell("checkout.session.expired", session)
        return session

    def pay(self, number: str, card: str = "") -> bool:
        """Let the payer press the button on the hosted page; False when the card is declined."""
        with self.lock:
            session = self.find(number, "checkout.session")
            if session["status"] != "open":
                raise Refused("This Checkout Session is no longer active.")
            intent = self._intent_of(session)
            is_declined = card.replace(" ", "") == DECLINED_CARD
            charge = self._charge(intent, is_paid=not is_declined)
            if is_declined:
                intent |= {"latest_charge": charge["id"], "last_payment_error": {"code": "card_declined"}}
                self._tell("charge.failed", charge)
                self._tell("payment_intent.payment_failed", intent)
                return False
            intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
            session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"], "url": None}
            self._tell("charge.succeeded", charge)
            self._tell("payment_intent.succeeded", intent)
            self._tell("checkout.session.completed", session)
            return True

    def _intent_of(self, session: dict) -> dict:
        if session["payment_intent"]:
            return self.objects[session["payment_intent"]]
        intent = self._add(
            "payment_intent",
            "pi",
            amount=session["amount_total"],
            amount_received=0,
            currency=session["currency"],
            status="requires_payment_method",
            latest_charge=None,
            last_payment_error=None,
            metadata=session["intent_data"].get("metadata", {}),
            description=session["intent_data"].get("description"),
        )
        session["payment_intent"] = intent["id"]
        self._tell("payment_intent.created", intent)
        return intent

    def _charge(self, intent: dict, *, is_paid: bool) -> dict:
        charge = self._add(
            "charge",
            "ch",
            amount=intent["amount"],
            amount_captured=intent["amount"] if is_paid else 0,
            amount_refunded=0,
            captured=is_paid,
            currency=intent["currency"],
            disputed=False,
            failure_code=None if is_paid else "card_declined",
            metadata=dict(intent["metadata"]),
            paid=is_paid,
            payment_intent=intent["id"],
            refunded=False,
            status="succeeded" if is_paid else "failed",
        )
        if is_paid:
            self._move("charge", charge, charge["amount"])
        return charge

    def create_refund(self, asked: dict) -> dict:
        refuse_unknown(asked, REFUND_PARAMETERS)
        with self.lock:
            charge = self._charge_of(asked)
            left = charge["amount_captured"] - charge["amount_refunded"]
            amount = int(asked.get("amount") or left)
            if charge["disputed"]:
                raise Refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                              code="charge_disputed")  # fmt: skip
            if not left:
                raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
            if not 0 < amount <= left:
                raise Refused(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})")
            refund = self._add(
                "refund",
                "re",
                amount=amount,
                charge=charge["id"],
                currency=charge["currency"],
                failure_reason=None,
                metadata=asked.get("metadata", {}),
                payment_intent=charge["payment_intent"],
                reason=asked.get("reason"),
                status="pending" if self.refunds_wait else "succeeded",
            )
            charge["amount_refunded"] += amount
            charge["refunded"] = charge["amount_refunded"] == charge["amount"]
            self._move("refund", refund, -amount)
            self._tell("refund.created", refund)
            self._tell("charge.refunded", charge)
            return refund

    def end_refund(self, number: str, *, is_paid_out: bool) -> None:
        """Let a pending refund reach the card, or fail since the card is closed."""
        with self.lock:
            refund = self.find(number, "refund")
            refund["status"] = "succeeded" if is_paid_out else "failed"
            if not is_paid_out:
                refund["failure_reason"] = "lost_or_stolen_card"
                charge = self.objects[refund["charge"]]
                charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
                self._move("refund_failure", refund, refund["amount"])
            self._tell("refund.updated" if is_paid_out else "refund.failed", refund)

    def _charge_of(self, asked: dict) -> dict:
        if "payment_intent" in asked:
            intent = self.find(asked["payment_intent"], "payment_intent")
            if intent["status"] != "succeeded":
                raise Refused("This PaymentIntent does not have a successful charge to refund.")
            return self.objects[intent["latest_charge"]]
        return self.find(asked.get("charge", ""), "charge")

    def dispute(self, intent_number: str, reason: str = "fraudulent") -> dict:
        """Let the owner of the card tell the bank that the payment was not theirs."""
        with self.lock:
            charge = self.objects[self.find(intent_number, "payment_intent")["latest_charge"]]
            charge["disputed"] = True
            dispute = self._add(
                "dispute",
                "du",
                amount=charge["amount"],
                charge=charge["id"],
                currency=charge["currency"],
                evidence_details={"due_by": int(time.time()) + 7 * 24 * 60 * 60, "has_evidence": False},
                metadata={},
                payment_intent=intent_number,
                reason=reason,
                status="needs_response",
            )
            self._move("adjustment", dispute, -charge["amount"])
            self._tell("charge.dispute.created", dispute)
            return dispute

    def close_dispute(self, number: str, *, is_won: bool) -> dict:
        with self.lock:
            dispute = self.find(number, "dispute")
            dispute["status"] = "won" if is_won else "lost"
            if is_won:
                self._move("adjustment", dispute, dispute["amount"])
            self._tell("charge.dispute.closed", dispute)
            return dispute


def line_amount(line: dict) -> int:
    """Return what one line of a Checkout Session costs, in øre."""
    price = line.get("price_data", {})
    if price.get("currency") != "nok" or not price.get("product_data", {}).get("name"):
        raise Refused("A line needs price_data with currency nok and product_data with a name.")
    try:
        amount, quantity = int(price["unit_amount"]), int(line.get("quantity", 1))
    except (KeyError, ValueError) as error:
        raise Refused("Invalid integer: unit_amount", code="parameter_invalid_integer") from error
    if amount < 0 or quantity < 1:
        raise Refused("Invalid amount or quantity.", code="parameter_invalid_integer")
    return amount * quantity
