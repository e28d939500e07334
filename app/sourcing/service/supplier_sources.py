"""What a contract means beyond itself: supplier and cost for the wholesaler's buying, prices in the shop for a customer.

A customer's tender does not set the wholesaler's prices by itself: somebody at the wholesaler who may set prices takes
them into the shop, else a customer and a friendly bidder could sell themselves goods of the shop for nothing.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import select, text, update

from app.accounts.queries.companies import operator_id
from app.catalog.domain.article import key_of
from app.catalog.models.articles import Article
from app.catalog.models.suppliers import SupplierArticle
from app.catalog.service.matching import SupplierArticleRow, confirm_match, upsert_supplier_articles
from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.locks import lock_rows
from app.core.texts import N_
from app.pricing.policy import Permission as Pricing
from app.pricing.service.contracts import ContractRow, open_contract
from app.pricing.service.costs import CostRow, set_costs
from app.pricing.service.lists import EntryRow, upsert_entries
from app.sourcing.models.contracts import ContractPrice, SupplyContract
from app.sourcing.policy import Permission
from app.sourcing.queries.clock import database_now
from app.sourcing.queries.contracts import contract as contract_view

_FOUR = Decimal("0.0001")
# The average of all contracts in force, weighed by their quantities: a split award has one cost.
_COSTS = text("""
SELECT a.sku, p.currency,
       sum(w.weight * p.unit_price / p.base_quantity * w.denominator / w.numerator) / sum(w.weight) AS cost
FROM contract_prices p
JOIN supply_contracts c ON c.id = p.contract_id AND c.state = 'active'
JOIN articles a ON a.id = p.article_id
LEFT JOIN article_units u ON u.article_id = a.id AND u.unit = p.unit
CROSS JOIN LATERAL (
    SELECT coalesce(p.maximum_quantity, 1) AS weight, coalesce(u.numerator, 1) AS numerator,
           coalesce(u.denominator, 1) AS denominator
) w
WHERE p.company_id = :company AND p.closed_at IS NULL AND p.valid_from <= :on AND :on < p.valid_to
  AND p.currency = :currency AND (u.unit IS NOT NULL OR p.unit = a.base_unit)
  AND p.article_id IN (SELECT article_id FROM contract_prices WHERE contract_id = :contract)
GROUP BY a.sku, p.currency ORDER BY a.sku""")


@command
def keep_sources(actor: Actor, contract_id: int) -> None:
    """Where the wholesaler itself buys: the supplier's articles get the contract's prices, and articles their cost."""
    row = db.session.get(SupplyContract, contract_id)
    if row is None or row.company_id != operator_id():
        return
    prices = db.session.execute(
        select(ContractPrice, Article.sku, Article.name)
        .join(Article, Article.id == ContractPrice.article_id)
        .where(ContractPrice.contract_id == contract_id)
        .order_by(ContractPrice.position)
    ).all()
    if not prices:
        return
    known = dict(
        iter(
            db.session.execute(
                select(SupplierArticle.article_id, SupplierArticle.number)
                .where(
                    SupplierArticle.company_id == row.supplier_id,
                    SupplierArticle.article_id.in_([price.article_id for price, _sku, _name in prices]),
                )
                .order_by(SupplierArticle.id.desc())
            )
        )
    )
    rows, new = [], []
    for price, sku, name in prices:
        number = known.get(price.article_id) or f"{row.number}/{price.position}"
        each = (price.unit_price / price.base_quantity).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
        rows.append(
            SupplierArticleRow(number, name or price.text, unit=price.unit, price=each, currency=price.currency)
        )
        if price.article_id not in known:
            new.append((number, sku))
    upsert_supplier_articles(actor, row.supplier_id, rows)
    ids = dict(
        iter(
            db.session.execute(
                select(SupplierArticle.number_key, SupplierArticle.id).where(
                    SupplierArticle.company_id == row.supplier_id,
                    SupplierArticle.number_key.in_([key_of(number) for number, _sku in new]),
                    SupplierArticle.state == "open",
                )
            )
        )
    )
    for number, sku in new:
        if key_of(number) in ids:
            confirm_match(actor, row.supplier_id, ids[key_of(number)], sku)
    values = {"company": row.company_id, "contract": contract_id, "on": row.valid_from, "currency": row.currency}
    set_costs(actor, [
        CostRow(sku, Decimal(cost).quantize(_FOUR, rounding=ROUND_HALF_UP), currency, row.valid_from)
        for sku, currency, cost in db.session.execute(_COSTS, values)
    ])  # fmt: skip


@command
def show_to_wholesaler(actor: Actor, number: str) -> None:
    """The customer asks the wholesaler to sell at the contract's prices; before that nobody there sees the contract."""
    actor.demand(Permission.RUN)
    view = contract_view(actor, number)
    if view.company_id != actor.company_id or actor.is_operator:
        raise NotFound
    if view.state != "active":
        raise Conflict(N_("This contract is not in force."))
    db.session.execute(
        update(SupplyContract)
        .where(SupplyContract.id == view.id, SupplyContract.shown_at.is_(None))
        .values(shown_at=database_now())
    )
    audit.record(actor, "supply_contract", view.id, "show_to_wholesaler", {"number": number})


@command
def take_into_shop(actor: Actor, number: str) -> str:
    """Sell to a customer at the prices of its contract: a price list of its own, drawn down by orders.

    Lines that are no article of the catalogue, and what was called off already, stay out. Returns the list's code.
    """
    actor.demand(Pricing.EDIT)
    view = contract_view(actor, number)
    if view.company_id in (operator_id(), actor.company_id) or view.state != "active":
        raise Conflict(N_("Only a customer's contract in force can be taken into the shop."))
    lock_rows(SupplyContract, [view.id])
    first: dict[tuple[int | None, str], ContractPrice] = {}  # a list has one price for an article and unit
    for row in lock_rows(ContractPrice, [price.id for price in view.prices if price.article_id]):
        has_room = row.maximum_quantity is None or row.called_off < row.maximum_quantity
        if has_room and not row.price_list and row.closed_at is None:
            first.setdefault((row.article_id, row.unit), row)
    rows = list(first.values())
    if not rows:
        raise Invalid("number", N_("No line of this contract is an article with a quantity left."))
    validity = (view.valid_from, view.valid_to)
    list_id = open_contract(
        actor, view.company_id, ContractRow(number, f"{number} {view.tender_title}"[:120], view.currency, validity)
    )
    skus = {price.id: price.sku for price in view.prices}
    results = upsert_entries(actor, list_id, [
        EntryRow(skus[row.id], row.unit_price, unit=row.unit, base_quantity=row.base_quantity,
                 agreed_quantity=None if row.maximum_quantity is None else row.maximum_quantity - row.called_off)
        for row in rows
    ])  # fmt: skip
    for row, result in zip(rows, results, strict=True):
        if result.problem is not None:
            raise Invalid("number", N_("Line {position}: {problem}", position=row.position, problem=result.problem))
    db.session.execute(
        update(ContractPrice).where(ContractPrice.id.in_([row.id for row in rows])).values(price_list=number)
    )
    audit.record(actor, "supply_contract", view.id, "take_into_shop", {"list": number, "lines": len(rows)},
                 company_id=view.company_id)  # fmt: skip
    return number
