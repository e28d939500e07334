"""Prices below the floor: asked for by one person, let in by another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, text, update

from app.catalog.domain.article import key_of
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.core.texts import N_
from app.pricing.models.costs import FloorRequest
from app.pricing.models.lists import PriceList
from app.pricing.policy import Permission
from app.pricing.queries.floors import AskedPrice, undercut
from app.pricing.service.lists import EntryRow, upsert_entries

_ARTICLE = text("SELECT id, base_unit FROM articles WHERE sku_key = :key")
_SKU = text("SELECT sku FROM articles WHERE id = :id")


@command
def ask_below_floor(actor: Actor, list_id: int, row: EntryRow, reason: str) -> int:
    """Ask for a price below the floor; returns the id of the request. Raises Invalid, also where no floor is in the way."""
    article = db.session.execute(_ARTICLE, {"key": key_of(row.sku)}).one_or_none()
    prices = db.session.scalar(select(PriceList).where(PriceList.id == list_id))
    if article is None or prices is None:
        raise Invalid("sku", N_("There is no article {sku}.", sku=row.sku))
    if not reason.strip():
        raise Invalid("reason", N_("Say why, so that somebody can decide."))
    unit = row.unit or article.base_unit
    head = prices.series_id or prices.id
    asked = AskedPrice(article.id, unit, row.price, row.base_quantity)
    (floor,) = undercut(actor, [asked], currency=prices.currency, on=row.valid_from or clock.today(), list_id=head)
    if floor is None:
        raise Invalid("price", N_("This price is not below the floor. Enter it as any other."))
    values = {
        "price_list_id": list_id, "article_id": article.id, "unit": unit, "min_quantity": row.min_quantity,
        "price": row.price, "base_quantity": row.base_quantity, "valid_from": row.valid_from, "valid_to": row.valid_to,
    }  # fmt: skip
    request_id: int = db.session.execute(
        insert(FloorRequest)
        .values(**values, floor=floor, reason=reason.strip()[:500], user_id=actor.user_id)
        .returning(FloorRequest.id)
    ).scalar_one()
    facts = {"sku": row.sku, "list": prices.code, "price": row.price, "floor": floor, "reason": reason.strip()}
    audit.record(actor, "floor_request", request_id, "ask", facts)
    return request_id


@command
def decide_below_floor(actor: Actor, request_id: int, *, is_approved: bool) -> None:
    """Let a price below the floor in, or refuse it. Raises Forbidden, Conflict where it is decided already."""
    if not actor.can(Permission.APPROVE_FLOOR):
        raise Forbidden(N_("You have no right to do this."))
    asked = db.session.scalar(select(FloorRequest).where(FloorRequest.id == request_id).with_for_update())
    if asked is None:
        raise NotFound(N_("There is no such request."))
    if asked.state != "open":
        raise Conflict(N_("Somebody has decided this already."))
    values: dict[str, Any] = {
        "state": "approved" if is_approved else "refused", "decided_by": actor.user_id, "decided_at": clock.now(),
    }  # fmt: skip
    db.session.execute(update(FloorRequest).where(FloorRequest.id == request_id).values(**values))
    if is_approved:
        sku: str = db.session.execute(_SKU, {"id": asked.article_id}).scalar_one()
        row = EntryRow(
            sku, asked.price, asked.min_quantity, asked.unit, asked.base_quantity, asked.valid_from, asked.valid_to
        )
        (result,) = upsert_entries(actor, asked.price_list_id, [row])
        if result.problem is not None:
            raise Invalid(result.field, result.problem)
    audit.record(actor, "floor_request", request_id, str(values["state"]), {"price": Decimal(asked.price)})
