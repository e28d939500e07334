"""Rates of exchange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, literal_column
from sqlalchemy.dialects.postgresql import insert as upsert

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Invalid, NotFound
from app.core.texts import N_
from app.pricing.models.rates import ExchangeRate

_LARGEST = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class ExchangeRow:
    """One unit of `currency_from` is `rate` units of `currency_to` from a day on; `source` says who says so."""

    currency_from: str
    currency_to: str
    on_date: date
    rate: Decimal
    source: str = ""


def exchange_problem(row: ExchangeRow) -> Invalid | None:
    """What is wrong with a rate, if anything."""
    for name, code in (("currency_from", row.currency_from), ("currency_to", row.currency_to)):
        if not (len(code) == 3 and code.isalpha() and code.isupper()):
            return Invalid(name, N_("A currency is a code of three letters, such as EUR."))
    if row.currency_from == row.currency_to:
        return Invalid("currency_to", N_("A rate needs two currencies."))
    if not 0 < row.rate < _LARGEST:
        return Invalid("rate", N_("A rate is more than zero."))
    return None


@command
def set_exchange_rates(actor: Actor, rows: Sequence[ExchangeRow]) -> list[str]:
    """Set rates by pair and day; says of each whether it was created, changed or same. Raises Invalid."""
    for row in rows:
        problem = exchange_problem(row)
        if problem is not None:
            raise problem
    if not rows:
        return []
    slots = {(row.currency_from, row.currency_to, row.on_date): row for row in rows}
    statement = upsert(ExchangeRate).values([
        {"currency_from": a, "currency_to": b, "on_date": day, "rate": row.rate, "source": row.source[:60]}
        for (a, b, day), row in slots.items()
    ])  # fmt: skip
    written: Sequence[Any] = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["currency_from", "currency_to", "on_date"],
            set_={"rate": statement.excluded.rate, "source": statement.excluded.source},
            where=(ExchangeRate.rate != statement.excluded.rate) | (ExchangeRate.source != statement.excluded.source),
        ).returning(ExchangeRate.id, ExchangeRate.currency_from, ExchangeRate.currency_to, ExchangeRate.on_date,
                    ExchangeRate.rate, literal_column("xmax = 0"))
    ).all()  # fmt: skip
    audit.record_many(actor, "exchange_rate", [
        (one.id, "set", actor.company_id,
         {"from": one.currency_from, "to": one.currency_to, "day": one.on_date, "rate": one.rate})
        for one in written
    ])  # fmt: skip
    done = {tuple(one[1:4]): "created" if one[5] else "changed" for one in written}
    return [done.get((row.currency_from, row.currency_to, row.on_date), "same") for row in rows]


@command
def remove_exchange_rate(actor: Actor, rate_id: int) -> None:
    """Take a rate back that was entered by mistake; the one before it holds again."""
    gone = db.session.execute(
        delete(ExchangeRate)
        .where(ExchangeRate.id == rate_id)
        .returning(ExchangeRate.currency_from, ExchangeRate.currency_to, ExchangeRate.on_date, ExchangeRate.rate)
    ).one_or_none()
    if gone is None:
        raise NotFound
    audit.record(actor, "exchange_rate", rate_id, "remove", gone._asdict())
