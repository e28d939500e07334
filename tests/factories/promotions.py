"""Promotions and coupons by plain functions. Call them inside `world()` or `ctx`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.pricing.service.coupons import Batch, make_coupons
from app.pricing.service.promotions import AudienceRow, PromotionRow, TargetRow, upsert_promotion


def promotion(code: str, value: Any = "10", *, kind: str = "cart", effect: str = "percent", **facts: Any) -> int:
    """A promotion for everybody and everything unless told; amounts as text. Returns its id."""
    facts = {name: Decimal(held) if isinstance(held, str) and name in ("min_net", "min_quantity", "budget_amount") else held
             for name, held in facts.items()}  # fmt: skip
    facts["targets"] = tuple(TargetRow(*one) for one in facts.get("targets", ()))
    facts["audience"] = tuple(AudienceRow(*one) for one in facts.get("audience", ()))
    row = PromotionRow(**{
        "code": code, "name": f"Promotion {code}", "kind": kind, "effect": effect, "value": Decimal(value),
        "currency": "EUR",
    } | facts)  # fmt: skip
    with acting_as(Actor.system()):
        return upsert_promotion(Actor.system(), row)[0]


def coupon(promotion_id: int, code: str, **facts: Any) -> str:
    with acting_as(Actor.system()):
        return make_coupons(Actor.system(), promotion_id, Batch(**{"code": code, "max_uses": None} | facts))[0]
