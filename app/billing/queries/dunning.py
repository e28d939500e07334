"""What reminders are made of: rules, items with what holds them back, base rates. For the operator's commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.billing.domain.dunning import DunningRule, Level, Owed, last_day_to_pay
from app.billing.domain.interest import BaseRate, Basis, Change
from app.billing.models import dunning as models
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.money import round_amount
from app.inventory.queries.rules import holidays as operator_holidays

REMINDED_KINDS = ("invoice", "prepayment")
_OWED = text("""
SELECT i.company_id, i.currency, i.id, i.kind, i.number, i.issued_on, i.due_on, i.amount, i.open_amount,
    i.dispute_amount, i.stopped_until, r.level, r.issued_on AS reminded_on, t.stopped_until AS account_stopped_until,
    t.rule_id, (
        SELECT max(p.promised_on) FROM payment_promises p
        WHERE p.company_id = i.company_id AND p.currency = i.currency AND p.state = 'open'
          AND (p.item_id IS NULL OR p.item_id = i.id)
    ) AS promised_on
FROM open_items i
LEFT JOIN dunning_terms t ON t.company_id = i.company_id
LEFT JOIN (
    SELECT ri.item_id, max(ri.level) AS level, max(q.issued_on) AS issued_on
    FROM reminder_items ri JOIN reminders q ON q.id = ri.reminder_id WHERE ri.is_issued GROUP BY ri.item_id
) r ON r.item_id = i.id
WHERE i.open_amount <> 0 AND (CAST(:company AS bigint) IS NULL OR i.company_id = :company)
ORDER BY i.company_id, i.currency, i.due_on, i.id""")
_CHANGES = text("""
SELECT s.debit_id, s.settled_on, -s.amount AS amount FROM settlements s
WHERE s.debit_id = ANY(CAST(:items AS bigint[])) AND s.reversed_at IS NULL ORDER BY s.settled_on, s.id""")
_CHARGED = text("""
SELECT item_id, max(end_on) FROM interest_charges WHERE item_id = ANY(CAST(:items AS bigint[])) GROUP BY item_id""")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule with its row; interest at `points` above the base rate."""

    id: int
    name: str
    is_default: bool
    rule: DunningRule
    points: Decimal
    basis: Basis


@dataclass(frozen=True, slots=True)
class Ledger:
    """The open items of one account in one currency. `credits` is zero or below; `charges` are fees of earlier letters."""

    company_id: int
    currency: str
    rule_id: int | None
    stopped_until: date | None
    items: tuple[Owed, ...]
    charges: tuple[Owed, ...]
    credits: Decimal
    facts: Mapping[int, tuple[str, date, Decimal]]  # kind, issued on, amount by item


def level_of(number: int, value: Mapping[str, Any]) -> Level:
    """A level as the row of its rule keeps it."""
    return Level(
        number, value["after_days"], Decimal(value["fee"]), value["pay_days"], value["with_interest"], value["text"]
    )  # fmt: skip


def level_json(level: Level) -> dict[str, Any]:
    return {
        "after_days": level.after_days, "fee": format(level.fee, "f"), "pay_days": level.pay_days,
        "with_interest": level.with_interest, "text": level.text,
    }  # fmt: skip


def rules(actor: Actor) -> list[RuleRow]:
    """All rules by currency, the default one first. One statement."""
    _demand_operator(actor)
    order = (models.DunningRule.currency, models.DunningRule.is_default.desc(), models.DunningRule.name)
    return [_rule(row) for row in db.session.scalars(select(models.DunningRule).order_by(*order))]


def _rule(row: models.DunningRule) -> RuleRow:
    levels = tuple(level_of(place, value) for place, value in enumerate(row.levels, start=1))
    rule = DunningRule(row.currency, levels, round_amount(row.minimum, row.currency), row.gap_days)
    return RuleRow(row.id, row.name, row.is_default, rule, row.interest_points, Basis(row.interest_basis))


def rule_for(found: Sequence[RuleRow], ledger: Ledger) -> RuleRow | None:
    """The rule of an account in a currency: its own when that is of the currency, else the default one, else none."""
    fitting = [row for row in found if row.rule.currency == ledger.currency]
    own = next((row for row in fitting if row.id == ledger.rule_id), None)
    return own or next((row for row in fitting if row.is_default), None)


def base_rates(actor: Actor) -> list[BaseRate]:
    """All base rates, the earliest first."""
    _demand_operator(actor)
    rows = db.session.execute(
        select(models.BaseRate.valid_from, models.BaseRate.percent).order_by(models.BaseRate.valid_from)
    )
    return [BaseRate(*row) for row in rows]


def holidays(actor: Actor, day: date) -> frozenset[date]:
    """Days nobody works: those that can matter for what was due within two years before a day, and after it."""
    return frozenset(found for found, _name in operator_holidays(actor, day.replace(year=day.year - 2, day=1)))


def ledgers(actor: Actor, off_days: frozenset[date], company_id: int | None = None) -> list[Ledger]:
    """What all accounts, or one, have open, by account and currency. One statement."""
    _demand_operator(actor)
    grouped: dict[tuple[int, str], list[Any]] = {}
    for row in db.session.execute(_OWED, {"company": company_id}):
        grouped.setdefault((row.company_id, row.currency), []).append(row)
    return [_ledger(*key, rows, off_days) for key, rows in grouped.items()]


def _ledger(company_id: int, currency: str, rows: Sequence[Any], off_days: frozenset[date]) -> Ledger:
    items, charges, unallocated = [], [], Decimal(0)
    for row in rows:
        amount = round_amount(row.open_amount, currency)
        if amount < 0:
            unallocated += amount
            continue
        owed = Owed(
            id=row.id, number=row.number, due_on=row.due_on, open=amount,
            disputed=min(round_amount(row.dispute_amount, currency), amount), stopped_until=row.stopped_until,
            promised_until=None if row.promised_on is None else last_day_to_pay(row.promised_on, off_days),
            level=row.level or 0, reminded_on=row.reminded_on, can_be_reminded=row.kind in REMINDED_KINDS,
        )  # fmt: skip
        if owed.can_be_reminded:
            items.append(owed)
        elif row.kind in ("fee", "interest"):
            charges.append(owed)
    first = rows[0]
    facts = {row.id: (row.kind, row.issued_on, round_amount(row.amount, currency)) for row in rows}
    return Ledger(
        company_id, currency, first.rule_id, first.account_stopped_until, tuple(items), tuple(charges), unallocated, facts
    )  # fmt: skip


def paid_since(item_ids: Sequence[int]) -> dict[int, list[Change]]:
    """What settled each item, day by day."""
    found: dict[int, list[Change]] = {}
    for row in db.session.execute(_CHANGES, {"items": list(item_ids)}):
        found.setdefault(row.debit_id, []).append(Change(row.settled_on, row.amount))
    return found


def charged_until(item_ids: Sequence[int]) -> dict[int, date]:
    """The last day each item bore interest that was charged."""
    return {row[0]: row[1] for row in db.session.execute(_CHARGED, {"items": list(item_ids)})}


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
