"""Formula lists: prices worked out from another list or from cost when they are read, never copied."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select, update

from app.core import audit
from app.core.actor import Actor
from app.core.db import command, db
from app.core.errors import Conflict, Invalid
from app.core.money import Rounding
from app.core.texts import N_
from app.pricing.models.lists import PriceList
from app.pricing.service.lists import PriceListRow, upsert_price_list

_LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class FormulaRow:
    """Price = source price x factor + surcharge (for each unit), rounded; without a source list: from cost.

    `step` 0 rounds to `digits` after the point; an `ending` of 0.99 gives 4.99. A list from another takes its currency
    and stays net or gross as that is; a list from cost names its own currency, costs in others are converted.
    """

    code: str
    name: str
    source: str = ""
    currency: str = ""
    factor: Decimal = Decimal(1)
    surcharge: Decimal = Decimal(0)
    step: Decimal = Decimal(0)
    mode: str = Rounding.HALF_UP
    ending: Decimal | None = None
    digits: int = 4


@command
def set_formula(actor: Actor, row: FormulaRow) -> tuple[int, str]:
    """Make a formula list or change it, by code; what it says holds from the next request on. Raises Invalid, Conflict."""
    _check(row)
    values, currency, is_gross = _values(row)
    known = db.session.scalar(select(PriceList).where(PriceList.code == row.code))
    if known is not None and known.kind != "formula":
        raise Conflict(N_("{code} is a list with prices of its own.", code=row.code))
    list_id, made = upsert_price_list(actor, PriceListRow(row.code, row.name, currency, is_gross=is_gross))
    held = db.session.scalars(select(PriceList).where(PriceList.id == list_id)).one()
    changes = {name: [getattr(held, name), value] for name, value in values.items() if getattr(held, name) != value}
    if not changes:
        return list_id, made
    db.session.execute(update(PriceList).where(PriceList.id == list_id).values(**values))
    audit.record(actor, "price_list", list_id, "formula", changes)
    return list_id, "created" if known is None else "changed"


def _values(row: FormulaRow) -> tuple[dict[str, Any], str, bool]:
    """The columns, the currency and whether prices are gross."""
    values = {
        "kind": "formula", "source_id": None, "factor": row.factor, "surcharge": row.surcharge, "digits": row.digits,
        "rounding_step": row.step, "rounding_mode": row.mode, "price_ending": row.ending,
    }  # fmt: skip
    if not row.source:
        if not row.currency:
            raise Invalid("currency", N_("A list worked out from cost needs a currency."))
        return values, row.currency, False
    source = db.session.scalar(select(PriceList).where(PriceList.code == row.source, PriceList.series_id.is_(None)))
    if source is None:
        raise Invalid("source", N_("There is no price list {code}.", code=row.source))
    if source.kind != "list":
        raise Invalid("source", N_("{code} has no prices of its own to work from.", code=row.source))
    if row.currency and row.currency != source.currency:
        raise Invalid("currency", N_("{code} is in {currency}; let the assignment convert.", code=source.code,
                                     currency=source.currency))  # fmt: skip
    return values | {"source_id": source.id}, source.currency, source.is_gross


def _check(row: FormulaRow) -> None:
    if not 0 <= row.factor < _LARGEST:
        raise Invalid("factor", N_("A factor is zero or more."))
    if abs(row.surcharge) >= _LARGEST:
        raise Invalid("surcharge", N_("This surcharge is too large."))
    if row.step < 0:
        raise Invalid("step", N_("A rounding step is zero or more."))
    if row.mode not in tuple(Rounding):
        raise Invalid("mode", N_("{given} is not one of {allowed}.", given=row.mode, allowed=", ".join(Rounding)))
    if row.ending is not None and row.ending < 0:
        raise Invalid("ending", N_("An ending is zero or more, such as 0.99."))
    if not 0 <= row.digits <= 6:
        raise Invalid("digits", N_("Prices have at most six digits after the decimal sign."))
