"""Mollie's payments API, version 2: create a payment, send the payer to its checkout, ask for the state on each webhook."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from app.billing.service.providers import Asked, Begun, Standing
from app.core.errors import Unavailable
from app.core.http import call
from app.core.money import minor_units
from app.core.texts import N_

_STATES = {
    "open": "open", "pending": "open", "authorized": "open", "paid": "paid", "failed": "failed", "canceled": "cancelled",
    "expired": "expired",
}  # fmt: skip


class Mollie:
    """`address` is the API's root, such as https://pay.example/v2; `key` the secret it gave."""

    code = "mollie"

    def __init__(self, address: str, key: str) -> None:
        self._address = address.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def begin(self, asked: Asked) -> Begun:
        body = {
            "amount": {"currency": asked.currency, "value": f"{asked.amount:.{minor_units(asked.currency)}f}"},
            "description": asked.text, "redirectUrl": asked.return_address, "webhookUrl": asked.hook_address,
            "metadata": {"payment": str(asked.payment_id)},
        }  # fmt: skip
        answer = self._call(
            "POST", "/payments", json.dumps(body).encode(), {"Idempotency-Key": f"kontor-{asked.payment_id}"}
        )
        try:
            return Begun(str(answer["id"])[:80], str(answer["_links"]["checkout"]["href"])[:1000])
        except (KeyError, TypeError):
            raise _not_understood() from None

    def standing(self, reference: str) -> Standing:
        answer = self._call("GET", f"/payments/{reference}", b"", {})
        try:
            value = Decimal(str(answer["amount"]["value"]))
            return Standing(_STATES[answer["status"]], value, str(answer["amount"]["currency"]))
        except (KeyError, TypeError, InvalidOperation):
            raise _not_understood() from None

    def _call(self, method: str, path: str, body: bytes, more: dict[str, str]) -> dict[str, Any]:
        reply = call(method, f"{self._address}{path}", body=body, headers=self._headers | more)
        if not 200 <= reply.status < 300:
            raise Unavailable(N_("The payment provider answers {status}.", status=reply.status))
        try:
            answer = json.loads(reply.body)
        except ValueError:
            raise _not_understood() from None
        if not isinstance(answer, dict):
            raise _not_understood()
        return answer


def _not_understood() -> Unavailable:
    return Unavailable(N_("The answer of the payment provider is not understood."))
