"""What became of carts left behind: how many were recovered, by reason and by person, against those held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from sqlalchemy import text

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.insights.domain.abandonment import RECOVERY_DAYS
from app.insights.domain.cart_odds import Arm, Effect, effect

By = Literal["reason", "person", "manager"]
_KEYS = {"reason": "c.reason", "person": "coalesce(c.worked_by_id, 0)", "manager": "coalesce(o.manager_id, 0)"}
# Of a cart that was left more than once, only the last time counts.
_RESULTS = """
SELECT CAST({key} AS text) AS key, coalesce(max(u.name), '') AS name, c.is_held_out, count(*), count(c.recovered_at),
    sum(c.value), coalesce(sum(c.recovered_value), 0)
FROM abandoned_carts c JOIN companies o ON o.id = c.company_id
LEFT JOIN users u ON CAST({key} AS text) = CAST(u.id AS text)
WHERE c.state <> 'left_out' AND c.currency = :currency AND c.noticed_at >= :since AND c.noticed_at < :until
  AND c.noticed_at <= :over
  AND NOT EXISTS (SELECT 1 FROM abandoned_carts n WHERE n.cart_id = c.cart_id AND n.id > c.id)
GROUP BY {key}, c.is_held_out"""
_CURRENCIES = text("""
SELECT currency FROM abandoned_carts WHERE state <> 'left_out' GROUP BY currency ORDER BY count(*) DESC, currency""")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """Carts of one reason (its code) or of one person (id as text, "0": nobody), without those held out."""

    key: str
    name: str
    arm: Arm


@dataclass(frozen=True, slots=True)
class Recovery:
    """Carts whose two weeks are over, the others would make both shares look better; net values in `currency`."""

    currency: str
    worked: Arm
    held_out: Arm
    effect: Effect | None
    rows: Sequence[ResultRow]
    held_rows: Sequence[ResultRow]


def cart_currencies(actor: Actor) -> list[str]:
    """Currencies in which carts were left, the most frequent first."""
    _demand_operator(actor)
    return list(db.session.scalars(_CURRENCIES))


def recovery(actor: Actor, *, since: datetime, until: datetime, currency: str, by: By = "reason") -> Recovery:
    """Carts noticed from `since` to before `until`, by reason, by who acted last, or by sales manager. One statement."""
    _demand_operator(actor)
    values = {
        "since": since, "until": until, "currency": currency, "over": clock.now() - timedelta(days=RECOVERY_DAYS),
    }  # fmt: skip
    found: dict[bool, list[ResultRow]] = {False: [], True: []}
    for key, name, is_held_out, *sums in db.session.execute(text(_RESULTS.format(key=_KEYS[by])), values):
        found[is_held_out].append(ResultRow(key or "none", name, Arm(*sums)))
    worked, held = (_sum([row.arm for row in found[side]]) for side in (False, True))
    rows, others = (sorted(found[side], key=lambda row: (-row.arm.value, row.key)) for side in (False, True))
    return Recovery(currency, worked, held, effect(worked, held), rows, others)


def _sum(arms: Sequence[Arm]) -> Arm:
    zero = Decimal(0)
    return Arm(
        sum(one.count for one in arms), sum(one.recovered for one in arms), sum((one.value for one in arms), zero),
        sum((one.recovered_value for one in arms), zero),
    )  # fmt: skip


def _demand_operator(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotFound
