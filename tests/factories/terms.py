"""Ways of delivery and payment, thresholds and what accounts must fill in. Call inside `world()` or `ctx`."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from app.ordering.models.deliveries import CartLinePart
from app.ordering.models.terms import (
    DeliveryMethod,
    DeliveryRate,
    OrderTerms,
    OrderThreshold,
    PaymentMethod,
    TermsAudience,
)
from tests.factories.ordering import _put


def _for(kind: str, rule_id: int, company_id: int | None) -> None:
    if company_id is not None:
        _put(TermsAudience(**{f"{kind}_id": rule_id}, company_id=company_id))


def rate(amount: Any = "0", **facts: Any) -> dict[str, Any]:
    """A rate in EUR, flat unless `rule` says otherwise; steps as {from: cost}."""
    values: dict[str, Any] = {"currency": "EUR", "rule": "flat", "amount": Decimal(str(amount))} | facts
    if "steps" in values:
        values["steps"] = [[str(start), str(cost)] for start, cost in values["steps"].items()]
    if values.get("free_from") is not None:
        values["free_from"] = Decimal(str(values["free_from"]))
    return values


def delivery_method(
    code: str = "PARCEL", *rates: dict[str, Any], only: int | None = None, **facts: Any
) -> DeliveryMethod:  # fmt: skip
    """A way of delivery with its rates, for all accounts or for one."""
    values = {"code": code, "name": code.capitalize(), "is_for_all": only is None} | facts
    made: DeliveryMethod = _put(DeliveryMethod(**values))
    _put(*(DeliveryRate(method_id=made.id, position=place, **one) for place, one in enumerate(rates or (rate(),), 1)))
    _for("delivery_method", made.id, only)
    return made


def payment_method(code: str, kind: str, *, only: int | None = None, **facts: Any) -> PaymentMethod:
    values = {"code": code, "name": code.capitalize(), "kind": kind, "is_for_all": only is None} | facts
    made: PaymentMethod = _put(PaymentMethod(**values))
    _for("payment_method", made.id, only)
    return made


def threshold(code: str, kind: str, amount: Any, *, only: int | None = None, **facts: Any) -> OrderThreshold:
    values = {"code": code, "name": code.capitalize(), "kind": kind, "currency": "EUR", "amount": Decimal(str(amount))}
    made: OrderThreshold = _put(OrderThreshold(**values | {"is_for_all": only is None} | facts))
    _for("threshold", made.id, only)
    return made


def order_terms(company_id: int, **facts: Any) -> None:
    _put(OrderTerms(company_id=company_id, **facts))


def split(company_id: int, cart_id: int, line_id: int, parts: Sequence[dict[str, Any]]) -> None:
    """Parts of a cart line as they may stand there, also ones that do not add up."""
    _put(
        *(
            CartLinePart(company_id=company_id, cart_id=cart_id, cart_line_id=line_id, position=place, **part)
            for place, part in enumerate(parts, 1)
        )
    )
