"""Contracts of accounts: their list, the quantities agreed, and what orders draw of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select, text, update

from app.accounts.models.companies import Company
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Forbidden, NotFound
from app.core.locks import note_lock
from app.core.texts import N_
from app.core.units import unit_name
from app.pricing.domain.levels import Combine
from app.pricing.models.levels import PriceAssignment
from app.pricing.models.lists import PriceList
from app.pricing.service.assignments import AssignmentRow, add_assignment
from app.pricing.service.chains import ChainRow, Link, set_chain
from app.pricing.service.lists import PriceListRow, upsert_price_list


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract by its code: prices of one account alone, asked before all others; `combine` as on every level."""

    code: str
    name: str
    currency: str
    validity: tuple[date | None, date | None] = (None, None)
    combine: str = Combine.SHUT


@command
def open_contract(actor: Actor, company_id: int, row: ContractRow) -> int:
    """Make a contract for an account, with a chain of its own; returns the id of its list. Raises Conflict."""
    account = db.session.execute(
        select(Company.code).where(Company.id == company_id, Company.kind == "customer")
    ).one_or_none()
    if account is None:
        raise NotFound(N_("There is no such customer account."))
    if db.session.scalar(select(PriceList.id).where(PriceList.code == row.code)) is not None:
        raise Conflict(N_("There is a list {code} already.", code=row.code))
    list_id, _ = upsert_price_list(
        actor, PriceListRow(row.code, row.name, row.currency, validity=row.validity)
    )  # fmt: skip
    db.session.execute(update(PriceList).where(PriceList.id == list_id).values(kind="contract", company_id=company_id))
    set_chain(actor, ChainRow(row.code, (Link(row.code),), row.name))
    held = db.session.scalars(
        select(PriceAssignment.position).where(
            PriceAssignment.company_id == company_id, PriceAssignment.level == "contract"
        )
    ).all()
    place = max(held, default=0) + 1
    add_assignment(actor, AssignmentRow("contract", account.code, row.code, row.combine, position=place))
    return list_id


@dataclass(frozen=True, slots=True)
class Draw:
    """An order line takes so much, in the unit of the price, of the slot of a contract."""

    order_line_id: int
    list_code: str
    article_id: int
    unit: str
    min_quantity: Decimal
    quantity: Decimal


_ENSURE = text("""
WITH wanted AS (
    SELECT DISTINCT p.id AS list_id, w.article_id, w.unit, w.min_quantity
    FROM unnest(CAST(:codes AS varchar[]), CAST(:articles AS bigint[]), CAST(:units AS varchar[]),
                CAST(:minima AS numeric[])) AS w (code, article_id, unit, min_quantity)
    JOIN price_lists p ON p.code = w.code AND p.kind = 'contract' AND p.company_id = :company
)
INSERT INTO contract_balances (company_id, price_list_id, article_id, unit, min_quantity)
SELECT :company, list_id, article_id, unit, min_quantity FROM wanted ORDER BY list_id, article_id, unit, min_quantity
ON CONFLICT DO NOTHING""")
_LOCK = text("""
SELECT b.id, p.code, b.article_id, b.unit, b.min_quantity, b.drawn, e.agreed_quantity
FROM contract_balances b
JOIN price_lists p ON p.id = b.price_list_id
LEFT JOIN LATERAL (
    SELECT e.agreed_quantity FROM price_entries e
    WHERE e.price_list_id = version_of(p.id, :on) AND e.article_id = b.article_id AND e.unit = b.unit
      AND e.min_quantity = b.min_quantity
      AND (e.valid_from IS NULL OR e.valid_from <= :on) AND (e.valid_to IS NULL OR :on < e.valid_to)
    ORDER BY e.valid_from DESC NULLS LAST LIMIT 1
) e ON true
WHERE b.company_id = :company AND p.code = ANY(CAST(:codes AS varchar[]))
  AND b.article_id = ANY(CAST(:articles AS bigint[]))
ORDER BY b.id FOR UPDATE OF b""")
_KNOWN = text("""
SELECT order_line_id FROM contract_draws WHERE company_id = :company AND order_line_id = ANY(CAST(:lines AS bigint[]))""")
_DRAW = text("""
WITH input AS (
    SELECT * FROM unnest(CAST(:lines AS bigint[]), CAST(:balances AS bigint[]), CAST(:quantities AS numeric[]))
        AS i (order_line_id, balance_id, quantity)
), drawn AS (
    INSERT INTO contract_draws (company_id, order_line_id, balance_id, quantity)
    SELECT :company, order_line_id, balance_id, quantity FROM input
)
UPDATE contract_balances b SET drawn = b.drawn + s.quantity
FROM (SELECT balance_id, sum(quantity) AS quantity FROM input GROUP BY balance_id) s WHERE b.id = s.balance_id""")


@command
def draw(actor: Actor, company_id: int, draws: Sequence[Draw], *, on: date) -> int:
    """Take from agreed quantities for order lines, under lock; a line that has drawn already is passed over.

    Raises Conflict where somebody else has drawn meanwhile and too little is left. Returns how many lines have drawn.
    """
    _demand_own(actor, company_id)
    if not draws:
        return 0
    values = {
        "company": company_id, "on": on, "codes": [one.list_code for one in draws],
        "articles": [one.article_id for one in draws], "units": [one.unit for one in draws],
        "minima": [one.min_quantity for one in draws], "lines": [one.order_line_id for one in draws],
    }  # fmt: skip
    note_lock("contract_balances")
    db.session.execute(_ENSURE, values)
    balances = {tuple(row[1:5]): [row[0], row[5], row[6]] for row in db.session.execute(_LOCK, values)}
    known = set(db.session.scalars(_KNOWN, values))
    new = [one for one in draws if one.order_line_id not in known]
    for one in new:
        balance = balances[one.list_code, one.article_id, one.unit, one.min_quantity]
        balance[1] += one.quantity
        if balance[2] is not None and balance[1] > balance[2]:
            left = max(balance[2] - balance[1] + one.quantity, Decimal(0))
            raise Conflict(N_("Only {left} {unit} are left of the agreed quantity. Look at the prices again.",
                              left=left.normalize() + 0, unit=unit_name(one.unit)))  # fmt: skip
    if new:
        places = [balances[one.list_code, one.article_id, one.unit, one.min_quantity][0] for one in new]
        db.session.execute(_DRAW, {
            "company": company_id, "lines": [one.order_line_id for one in new], "balances": places,
            "quantities": [one.quantity for one in new],
        })  # fmt: skip
    return len(new)


_LOCK_DRAWN = text("""
SELECT b.id FROM contract_balances b
WHERE b.company_id = :company AND b.id IN (
    SELECT d.balance_id FROM contract_draws d
    WHERE d.company_id = :company AND d.order_line_id = ANY(CAST(:lines AS bigint[])) AND d.returned_at IS NULL)
ORDER BY b.id FOR UPDATE""")
_GIVE_BACK = text("""
WITH gone AS (
    UPDATE contract_draws SET returned_at = now()
    WHERE company_id = :company AND order_line_id = ANY(CAST(:lines AS bigint[])) AND returned_at IS NULL
    RETURNING balance_id, quantity
), back AS (
    UPDATE contract_balances b SET drawn = b.drawn - s.quantity
    FROM (SELECT balance_id, sum(quantity) AS quantity FROM gone GROUP BY balance_id) s WHERE b.id = s.balance_id
)
SELECT coalesce(sum(quantity), 0) FROM gone""")


@command
def give_back(actor: Actor, company_id: int, order_line_ids: Collection[int]) -> Decimal:
    """Return what order lines have drawn, once; for cancelled lines. Returns how much that was."""
    _demand_own(actor, company_id)
    values = {"company": company_id, "lines": list(order_line_ids)}
    note_lock("contract_balances")
    db.session.execute(_LOCK_DRAWN, values)
    returned: Decimal = db.session.execute(_GIVE_BACK, values).scalar_one()
    return returned


_SHRINK = text("""
WITH input AS (
    SELECT * FROM unnest(CAST(:lines AS bigint[]), CAST(:quantities AS numeric[])) AS i (line, quantity)
), old AS (
    SELECT d.id, d.balance_id, d.quantity, i.quantity AS kept
    FROM contract_draws d JOIN input i ON i.line = d.order_line_id
    WHERE d.company_id = :company AND d.returned_at IS NULL AND d.quantity > i.quantity
), less AS (
    UPDATE contract_draws d SET quantity = old.kept FROM old WHERE d.id = old.id
)
UPDATE contract_balances b SET drawn = b.drawn - s.gone
FROM (SELECT balance_id, sum(quantity - kept) AS gone FROM old GROUP BY balance_id) s WHERE b.id = s.balance_id""")


@command
def keep_part(actor: Actor, company_id: int, kept: Mapping[int, Decimal]) -> None:
    """Order lines that are cancelled in part draw only so much from now on, above zero, in the unit of their price."""
    _demand_own(actor, company_id)
    if not kept:
        return
    note_lock("contract_balances")
    db.session.execute(_LOCK_DRAWN, {"company": company_id, "lines": list(kept)})
    db.session.execute(
        _SHRINK, {"company": company_id, "lines": list(kept), "quantities": list(kept.values())}
    )  # fmt: skip


def _demand_own(actor: Actor, company_id: int) -> None:
    if not actor.is_operator and company_id != actor.company_id:
        raise Forbidden(N_("You have no right to do this."))
